// Load which campaign promotes which product, by any of its coupons
// parameters: $dataset (string), $rows (list of {campaign, product})
// returns: rows (integer)
UNWIND $rows AS row
MATCH (campaign:Campaign {dataset: $dataset, id: row.campaign})
MATCH (product:Product {dataset: $dataset, id: row.product})
CREATE (campaign)-[:PROMOTES]->(product)
RETURN count(*) AS rows
