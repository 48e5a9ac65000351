// Load which campaign reached which user; it did so when it started
// parameters: $dataset (string), $rows (list of {user, campaign})
// returns: rows (integer)
UNWIND $rows AS row
MATCH (user:User {dataset: $dataset, id: row.user})
MATCH (campaign:Campaign {dataset: $dataset, id: row.campaign})
CREATE (user)-[:TARGETED_BY {at: campaign.starts_at}]->(campaign)
RETURN count(*) AS rows
