// Which key users have not taken part yet?
// parameters: $dataset (string), $campaign (string)
// returns: user, rank, score, group (rank), open_targets (targeted users whom they influence and who have not taken part)
// access: read
// defaults: {"dataset": "complete-journey", "campaign": "16"}
MATCH (run:Run {dataset: $dataset, kind: 'network', state: 'complete'})
WITH run ORDER BY run.cutoff DESC LIMIT 1
MATCH (user:User)-[key:KEY_USER_OF {run: run.id}]->(campaign:Campaign {dataset: $dataset, id: $campaign})
WHERE NOT EXISTS { (user)-[:PARTICIPATED_IN]->(campaign) }
OPTIONAL MATCH (user)-[:IN_GROUP {run: run.id}]->(group:NeighbourGroup)-[:OF]->(campaign)
RETURN user.id AS user, key.rank AS rank, round(key.score, 1) AS score, group.rank AS group,
       COUNT { MATCH (user)-[:INFLUENCES {run: run.id}]->(target)-[:TARGETED_BY]->(campaign)
               WHERE NOT EXISTS { (target)-[:PARTICIPATED_IN]->(campaign) } } AS open_targets
ORDER BY rank
