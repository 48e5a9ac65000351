// List the campaigns of which a user is a key user, and its neighbour groups
// parameters: $dataset (string), $user (string), $run (string)
// returns: user (string), key_user_of (list of {campaign, rank, score}), groups (list of {id, name, campaigns})
// access: read
MATCH (user:User {dataset: $dataset, id: $user})
CALL (user) {
  OPTIONAL MATCH (user)-[key:KEY_USER_OF {run: $run}]->(campaign:Campaign)
  WITH key, campaign ORDER BY key.rank, campaign.id
  RETURN collect(CASE WHEN key IS NULL THEN null ELSE {campaign: campaign.id, rank: key.rank, score: key.score} END) AS key_user_of
}
CALL (user) {
  OPTIONAL MATCH (user)-[:IN_GROUP {run: $run}]->(group:NeighbourGroup)
  WITH group ORDER BY group.rank, group.id
  RETURN collect(CASE WHEN group IS NULL THEN null ELSE
    {id: group.id, name: group.name, campaigns: COLLECT { MATCH (group)-[:OF]->(c:Campaign) RETURN c.id ORDER BY c.id LIMIT 10 }} END) AS groups
}
RETURN user.id AS user, key_user_of, groups
