// Let a rebuilt network take the place of the earlier one, and mark it as complete
// parameters: $dataset (string), $run (string, the earlier network, whose results are removed), $rebuilt (string, the run that takes its id), $figures (map)
// returns: id (string)
// access: write
CALL () {
  MATCH (:User {dataset: $dataset})-[r:HAS_TAG|SIMILAR_TO|INFLUENCES|KEY_USER_OF|IN_GROUP {run: $run}]->()
  DELETE r
}
CALL () {
  MATCH (group:NeighbourGroup {dataset: $dataset, run: $run})
  DETACH DELETE group
}
CALL () {
  MATCH (:Run {dataset: $dataset, id: $run})-[r:FOUND_KEY_TAG]->()
  DELETE r
}
CALL () {
  MATCH (:User {dataset: $dataset})-[r:HAS_TAG|SIMILAR_TO|INFLUENCES|KEY_USER_OF|IN_GROUP {run: $rebuilt}]->()
  SET r.run = $run
}
CALL () {
  MATCH (group:NeighbourGroup {dataset: $dataset, run: $rebuilt})
  SET group.run = $run, group.id = replace(group.id, '/' + $rebuilt + '/', '/' + $run + '/')
}
MATCH (run:Run {dataset: $dataset, id: $run})
MATCH (rebuilt:Run {dataset: $dataset, id: $rebuilt})
CALL (run, rebuilt) {
  MATCH (rebuilt)-[key:FOUND_KEY_TAG]->(tag:Tag)
  CREATE (run)-[copy:FOUND_KEY_TAG]->(tag)
  SET copy = properties(key)
}
SET run = rebuilt {.*, id: $run}, run += $figures, run.state = 'complete'
DETACH DELETE rebuilt
RETURN $run AS id
