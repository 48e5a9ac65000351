// Load redemptions; the source knows their day only, so they lie at its first moment
// parameters: $dataset (string), $zone (string), $rows (list of {user, coupon, campaign, at})
// returns: rows (integer)
UNWIND $rows AS row
MATCH (user:User {dataset: $dataset, id: row.user})
MATCH (coupon:Coupon {dataset: $dataset, id: row.coupon})
CREATE (user)-[:REDEEMED {at: datetime({epochSeconds: row.at, timezone: $zone}), campaign: row.campaign}]->(coupon)
RETURN count(*) AS rows
