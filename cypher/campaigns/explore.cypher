// Draw a campaign, its ten strongest key users and their groups in Neo4j Browser
// parameters: $dataset (string), $campaign (string), $run (string)
// returns: paths to draw
// access: read
MATCH key = (user:User)-[role:KEY_USER_OF {run: $run}]->(campaign:Campaign {dataset: $dataset, id: $campaign})
WHERE role.rank <= 10
MATCH member = (user)-[:IN_GROUP {run: $run}]->(group:NeighbourGroup)-[:OF]->(campaign)
RETURN key, member
