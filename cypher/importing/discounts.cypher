// Load which coupon discounts which product in which campaign
// parameters: $dataset (string), $rows (list of {coupon, product, campaign})
// returns: rows (integer)
UNWIND $rows AS row
MATCH (coupon:Coupon {dataset: $dataset, id: row.coupon})
MATCH (product:Product {dataset: $dataset, id: row.product})
CREATE (coupon)-[:DISCOUNTS {campaign: row.campaign}]->(product)
RETURN count(*) AS rows
