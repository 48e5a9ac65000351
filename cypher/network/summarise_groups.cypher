// Store on each OF relationship of a neighbour group its participants before the cut-off and its key users in that campaign
// parameters: $dataset (string), $run (string), $before (ISO moment with zone), $campaigns (list of strings)
// returns: rows (integer)
// access: write
MATCH (group:NeighbourGroup {dataset: $dataset, run: $run})-[of:OF]->(campaign:Campaign)
WHERE campaign.id IN $campaigns
CALL (group, campaign) {
  MATCH (member:User)-[:IN_GROUP]->(group)
  WITH member, campaign,
       EXISTS { MATCH (member)-[part:PARTICIPATED_IN]->(campaign) WHERE part.at < datetime($before) } AS took_part
  OPTIONAL MATCH (member)-[key:KEY_USER_OF {run: $run}]->(campaign)
  WITH took_part, member, key ORDER BY key.rank
  RETURN sum(CASE WHEN took_part THEN 1 ELSE 0 END) AS participants,
         collect(CASE WHEN key IS NULL THEN null ELSE member.id END) AS key_users
}
SET of.participants = participants, of.key_users = key_users
RETURN count(*) AS rows
