// Which users are most similar to this one, and which tags do they share?
// parameters: $dataset (string), $user (string)
// returns: user, similarity, shared_tags
// access: read
// defaults: {"dataset": "complete-journey", "user": "1"}
MATCH (run:Run {dataset: $dataset, kind: 'network', state: 'complete'})
WITH run ORDER BY run.cutoff DESC LIMIT 1
MATCH (user:User {dataset: $dataset, id: $user})-[like:SIMILAR_TO {run: run.id}]->(other:User)
CALL (user, other, run) {
  MATCH (user)-[a:HAS_TAG]->(tag:Tag)<-[b:HAS_TAG]-(other)
  WHERE coalesce(a.run, run.id) = run.id AND coalesce(b.run, run.id) = run.id
  RETURN collect(DISTINCT coalesce(tag.text, tag.id))[..6] AS tags
}
RETURN other.id AS user, round(like.score, 3) AS similarity, tags AS shared_tags ORDER BY similarity DESC
