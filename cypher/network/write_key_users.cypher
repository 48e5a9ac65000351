// Write the key users of campaigns
// parameters: $dataset (string), $run (string), $rows (list of {campaign, user, rank, score, low, high, centrality})
// returns: rows (integer)
// access: write
UNWIND $rows AS row
MATCH (user:User {dataset: $dataset, id: row.user})
MATCH (campaign:Campaign {dataset: $dataset, id: row.campaign})
CREATE (user)-[:KEY_USER_OF {rank: row.rank, score: row.score, low: row.low, high: row.high, centrality: row.centrality, run: $run}]->(campaign)
RETURN count(*) AS rows
