// Who are the top key users of a campaign, and which neighbour groups are they in?
// parameters: $dataset (string), $campaign (string)
// returns: graph: the campaign, its ten top key users and their neighbour groups
// access: read
// defaults: {"dataset": "complete-journey", "campaign": "18"}
MATCH (run:Run {dataset: $dataset, kind: 'network', state: 'complete'})
WITH run ORDER BY run.cutoff DESC LIMIT 1
MATCH key = (user:User)-[role:KEY_USER_OF {run: run.id}]->(campaign:Campaign {dataset: $dataset, id: $campaign})
WHERE role.rank <= 10
MATCH member = (user)-[:IN_GROUP {run: run.id}]->(group:NeighbourGroup)-[:OF]->(campaign)
RETURN key, member
