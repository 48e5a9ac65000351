// Store on each OF relationship of a neighbour group how many members showed each behaviour in that campaign, in at most 60 steps of whole days
// parameters: $dataset (string), $run (string), $before (ISO moment with zone), $campaigns (list of strings)
// returns: rows (integer)
// access: write
MATCH (group:NeighbourGroup {dataset: $dataset, run: $run})-[of:OF]->(campaign:Campaign)
WHERE campaign.id IN $campaigns
WITH group, of, campaign, date(campaign.starts_at) AS first,
     CASE WHEN campaign.ends_at < datetime($before) THEN campaign.ends_at ELSE datetime($before) END AS until
WITH group, of, campaign, first, duration.inDays(first, date(until - duration({milliseconds: 1}))).days + 1 AS days
WITH group, of, campaign, first, days, 1 + (days - 1) / 60 AS length
CALL (group, campaign, first, days, length) {
  MATCH (group)<-[:IN_GROUP]-(member:User)-[part:PARTICIPATED_IN]->(campaign) WHERE part.at < datetime($before)
  WITH part.behaviour AS behaviour, duration.inDays(first, date(part.at)).days / length AS step, count(DISTINCT member) AS users
  WITH behaviour, collect([step, users]) AS seen
  WITH behaviour, [place IN range(0, (days - 1) / length) |
    reduce(value = 0, pair IN seen | CASE pair[0] WHEN place THEN pair[1] ELSE value END)] AS users
  ORDER BY behaviour
  RETURN collect(behaviour) AS behaviours, reduce(all = [], counts IN collect(users) | all + counts) AS users
}
SET of.step_days = length, of.behaviours = behaviours, of.behaviour_users = users
RETURN count(*) AS rows
