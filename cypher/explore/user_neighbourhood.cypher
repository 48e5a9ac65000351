// Whom does a user influence, and who influences them?
// parameters: $dataset (string), $user (string)
// returns: graph: the user and the strongest influences to and from them
// access: read
// defaults: {"dataset": "complete-journey", "user": "1"}
MATCH (run:Run {dataset: $dataset, kind: 'network', state: 'complete'})
WITH run ORDER BY run.cutoff DESC LIMIT 1
MATCH (user:User {dataset: $dataset, id: $user})
CALL (user, run) {
  MATCH path = (user)-[edge:INFLUENCES {run: run.id}]->(:User) RETURN path, edge ORDER BY edge.probability DESC LIMIT 12
UNION
  MATCH path = (user)<-[edge:INFLUENCES {run: run.id}]-(:User) RETURN path, edge ORDER BY edge.probability DESC LIMIT 12
}
RETURN path
