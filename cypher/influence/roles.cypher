// The role of every user targeted before the cut-off, or by a planned campaign up to its first day: key user score and neighbour group
// parameters: $dataset (string), $run (string), $before (ISO moment with zone), $planned (string or null), $unit (string, hour or day)
// returns: campaign (string), user (string), targeted (ISO moment of local time), score (float), group (string)
// access: read
MATCH (campaign:Campaign {dataset: $dataset})<-[reached:TARGETED_BY]-(user:User)
WHERE reached.at < datetime($before) OR (campaign.id = $planned AND date(reached.at) <= date(campaign.starts_at))
OPTIONAL MATCH (user)-[key:KEY_USER_OF {run: $run}]->(campaign)
OPTIONAL MATCH (user)-[:IN_GROUP {run: $run}]->(group:NeighbourGroup)-[:OF]->(campaign)
RETURN campaign.id AS campaign, user.id AS user, toString(localdatetime.truncate($unit, reached.at)) AS targeted, coalesce(key.score, 0.0) AS score,
       group.id AS group
ORDER BY campaign, user
