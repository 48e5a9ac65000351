// Participants of a campaign by day and neighbour group; group and rank are null for users outside all groups
// parameters: $dataset (string), $campaign (string), $run (string), $before (ISO moment with zone)
// returns: step (ISO date), group (string or null), rank (integer or null), participants (integer), redeemers (integer)
// access: read
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})<-[part:PARTICIPATED_IN]-(user:User)
WHERE part.at < datetime($before)
WITH campaign, user, date(part.at) AS step, max(CASE part.behaviour WHEN 'REDEEMED' THEN 1 ELSE 0 END) AS redeemed
CALL (campaign, user) {
  OPTIONAL MATCH (user)-[:IN_GROUP {run: $run}]->(group:NeighbourGroup)-[:OF]->(campaign)
  WITH group ORDER BY group.rank LIMIT 1
  RETURN group
}
RETURN toString(step) AS step, group.id AS group, group.rank AS rank, count(*) AS participants, sum(redeemed) AS redeemers
ORDER BY step, rank
