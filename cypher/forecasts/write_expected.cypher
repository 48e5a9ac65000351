// Store whom a forecast expects: each user's probability, and the participants of each neighbour group a step
// parameters: $dataset (string), $id (string), $users (list of {user, rank, probability, days, took_part, redeems}), $groups (list of {group, mean, p10, p50, p90: lists, one number per step})
// returns: users (integer), groups (integer)
// access: write
MATCH (forecast:Forecast {dataset: $dataset, id: $id})
CALL (forecast) {
  MATCH (forecast)-[old:EXPECTS]->()
  DELETE old
}
CALL (forecast) {
  UNWIND $users AS one
  MATCH (user:User {dataset: $dataset, id: one.user})
  CREATE (forecast)-[expects:EXPECTS]->(user)
  SET expects = one {.rank, .probability, .days, .took_part, .redeems}
  RETURN count(*) AS users
}
CALL (forecast) {
  UNWIND $groups AS one
  MATCH (group:NeighbourGroup {dataset: $dataset, id: one.group})
  CREATE (forecast)-[expects:EXPECTS]->(group)
  SET expects = one {.mean, .p10, .p50, .p90}
  RETURN count(*) AS groups
}
RETURN users, groups
