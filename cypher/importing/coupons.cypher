// Load coupons and the campaigns they belong to
// parameters: $dataset (string), $rows (list of {coupon, campaign})
// returns: rows (integer)
UNWIND $rows AS row
MATCH (campaign:Campaign {dataset: $dataset, id: row.campaign})
MERGE (coupon:Coupon {dataset: $dataset, id: row.coupon})
CREATE (coupon)-[:OF]->(campaign)
RETURN count(*) AS rows
