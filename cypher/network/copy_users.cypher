// Copy behaviour tags and similar users of an earlier run to another
// parameters: $dataset (string), $from (string, the earlier run), $run (string)
// returns: rows (integer)
// access: write
CALL () {
  MATCH (user:User {dataset: $dataset})-[has:HAS_TAG {run: $from}]->(tag:Tag)
  CREATE (user)-[:HAS_TAG {weight: has.weight, source: has.source, run: $run}]->(tag)
  RETURN count(*) AS rows
UNION ALL
  MATCH (user:User {dataset: $dataset})-[similar:SIMILAR_TO {run: $from}]->(other:User)
  CREATE (user)-[:SIMILAR_TO {score: similar.score, run: $run}]->(other)
  RETURN count(*) AS rows
}
RETURN sum(rows) AS rows
