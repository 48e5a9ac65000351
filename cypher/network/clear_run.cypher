// Remove everything that a network run wrote, except the run
// parameters: $dataset (string), $run (string)
// returns: rows (integer)
// access: write
CALL () {
  MATCH (:User {dataset: $dataset})-[r:HAS_TAG|SIMILAR_TO|INFLUENCES|KEY_USER_OF|IN_GROUP {run: $run}]->()
  DELETE r
  RETURN count(*) AS rows
UNION ALL
  MATCH (group:NeighbourGroup {dataset: $dataset, run: $run})
  DETACH DELETE group
  RETURN count(*) AS rows
UNION ALL
  MATCH (:Run {dataset: $dataset, id: $run})-[r:FOUND_KEY_TAG]->()
  DELETE r
  RETURN count(*) AS rows
}
RETURN sum(rows) AS rows
