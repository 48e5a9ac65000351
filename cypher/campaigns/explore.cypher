// Explore in Neo4j Browser: a campaign, its key users, their groups and whom they influence
// parameters: $dataset (string), $campaign (string), $run (string)
// returns: paths to draw
MATCH key = (user:User)-[:KEY_USER_OF {run: $run}]->(campaign:Campaign {dataset: $dataset, id: $campaign})
MATCH member = (user)-[:IN_GROUP {run: $run}]->(group:NeighbourGroup)-[:OF]->(campaign)
OPTIONAL MATCH influence = (user)-[edge:INFLUENCES {run: $run}]->(:User)-[:IN_GROUP {run: $run}]->(group)
WHERE edge.probability > 0.08
RETURN key, member, influence
LIMIT 200
