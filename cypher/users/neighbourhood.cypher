// List the strongest influences from and to a user
// parameters: $dataset (string), $user (string), $run (string), $most (integer)
// returns: direction (out: the user influences the other; in: the reverse), other (string), probability (float), low (float), high (float), trials (integer), tags (list of string, the other's strongest)
// access: read
MATCH (user:User {dataset: $dataset, id: $user})
CALL (user) {
  MATCH (user)-[edge:INFLUENCES {run: $run}]->(other:User)
  RETURN 'out' AS direction, other, edge ORDER BY edge.probability DESC, other.id LIMIT $most
UNION ALL
  MATCH (user)<-[edge:INFLUENCES {run: $run}]-(other:User)
  RETURN 'in' AS direction, other, edge ORDER BY edge.probability DESC, other.id LIMIT $most
}
CALL (other) {
  MATCH (other)-[has:HAS_TAG]->(tag:Tag) WHERE coalesce(has.run, $run) = $run
  WITH tag, has ORDER BY has.weight DESC, tag.id LIMIT 3
  RETURN collect(coalesce(tag.text, tag.id)) AS tags
}
RETURN direction, other.id AS other, edge.probability AS probability, edge.low AS low, edge.high AS high,
       edge.trials AS trials, tags
ORDER BY direction DESC, probability DESC, other
