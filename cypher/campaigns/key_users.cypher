// The key users of a campaign with their tags and their participations before the network's cut-off
// parameters: $dataset (string), $campaign (string), $run (string), $before (ISO moment with zone)
// returns: user (string), rank (integer), score (float), low (float), high (float), centrality (float), group (integer, rank of the group), participations (integer), last (ISO date), tags (list of string)
MATCH (user:User)-[key:KEY_USER_OF {run: $run}]->(campaign:Campaign {dataset: $dataset, id: $campaign})
OPTIONAL MATCH (user)-[:IN_GROUP {run: $run}]->(group:NeighbourGroup)-[:OF]->(campaign)
CALL (user, campaign) {
  OPTIONAL MATCH (user)-[part:PARTICIPATED_IN]->(campaign) WHERE part.at < datetime($before)
  RETURN count(part) AS participations, toString(date(max(part.at))) AS last
}
CALL (user) {
  MATCH (user)-[has:HAS_TAG]->(tag:Tag)
  WHERE coalesce(has.run, $run) = $run AND (has.at IS NULL OR has.at < datetime($before))
  WITH tag, has ORDER BY has.weight DESC, tag.id LIMIT 4
  RETURN collect(coalesce(tag.text, tag.id)) AS tags
}
RETURN user.id AS user, key.rank AS rank, key.score AS score, key.low AS low, key.high AS high, key.centrality AS centrality,
       group.rank AS group, participations, last, tags
ORDER BY rank
