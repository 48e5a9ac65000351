// Store the users of a forecast with their probabilities, and the expected participants of each neighbour group and step
// parameters: $dataset (string), $id (string), $users (list of {user, rank, probability, days, took_part, redeems}), $groups (list of {group, mean, p10, p50, p90: lists, one number per step})
// returns: users (integer), groups (integer)
// access: write
MATCH (forecast:Forecast {dataset: $dataset, id: $id})
CALL (forecast) {
  MATCH (forecast)-[old:EXPECTS]->()
  DELETE old
}
CALL (forecast) {
  UNWIND $users AS expected
  MATCH (user:User {dataset: $dataset, id: expected.user})
  CREATE (forecast)-[expects:EXPECTS]->(user)
  SET expects = expected {.rank, .probability, .days, .took_part, .redeems}
  RETURN count(*) AS users
}
CALL (forecast) {
  UNWIND $groups AS expected
  MATCH (group:NeighbourGroup {dataset: $dataset, id: expected.group})
  CREATE (forecast)-[expects:EXPECTS]->(group)
  SET expects = expected {.mean, .p10, .p50, .p90}
  RETURN count(*) AS groups
}
RETURN users, groups
