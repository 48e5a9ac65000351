// The role of every targeted user in every campaign targeted before the cut-off, and in a planned one: key user score and neighbour group
// parameters: $dataset (string), $run (string), $before (ISO moment with zone), $planned (string or null)
// returns: campaign (string), user (string), score (float), group (string)
// access: read
MATCH (campaign:Campaign {dataset: $dataset})<-[reached:TARGETED_BY]-(user:User)
WHERE reached.at < datetime($before) OR campaign.id = $planned
OPTIONAL MATCH (user)-[key:KEY_USER_OF {run: $run}]->(campaign)
OPTIONAL MATCH (user)-[:IN_GROUP {run: $run}]->(group:NeighbourGroup)-[:OF]->(campaign)
RETURN campaign.id AS campaign, user.id AS user, coalesce(key.score, 0.0) AS score, group.id AS group
ORDER BY campaign, user
