// Who is like this user, and by which tags?
// parameters: $dataset (string), $user (string)
// returns: user, score, tags_in_common
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
RETURN other.id AS user, round(like.score, 3) AS score, tags AS tags_in_common ORDER BY score DESC
