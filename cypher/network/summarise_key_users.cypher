// Store on each KEY_USER_OF relationship the rank of the user's group, its participations before the cut-off and its strongest tags
// parameters: $dataset (string), $run (string), $before (ISO moment with zone), $campaigns (list of strings)
// returns: rows (integer)
// access: write
MATCH (campaign:Campaign {dataset: $dataset})<-[key:KEY_USER_OF {run: $run}]-(user:User)
WHERE campaign.id IN $campaigns
CALL (user, campaign) {
  OPTIONAL MATCH (user)-[:IN_GROUP {run: $run}]->(group:NeighbourGroup)-[:OF]->(campaign)
  RETURN min(group.rank) AS group
}
CALL (user, campaign) {
  OPTIONAL MATCH (user)-[part:PARTICIPATED_IN]->(campaign) WHERE part.at < datetime($before)
  RETURN count(part) AS participations, max(part.at) AS last
}
CALL (user) {
  MATCH (user)-[has:HAS_TAG]->(tag:Tag)
  WHERE coalesce(has.run, $run) = $run AND (has.at IS NULL OR has.at < datetime($before))
  WITH tag, has ORDER BY has.weight DESC, tag.id LIMIT 4
  RETURN collect(coalesce(tag.text, tag.id)) AS tags
}
SET key.group = group, key.participations = participations, key.last = last, key.tags = tags
RETURN count(*) AS rows
