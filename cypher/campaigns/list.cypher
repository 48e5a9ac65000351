// The campaigns of a data set with their numbers of targeted users and participants before a moment
// parameters: $dataset (string), $before (ISO moment with zone, or null for all that the data set has)
// returns: id (string), name (string), kind (string), starts (ISO date), ends (ISO date: the day after that of its last moment), starts_at, ends_at (ISO moments of local time, the end exclusive), targeted (integer), participants (integer)
// access: read
MATCH (campaign:Campaign {dataset: $dataset})
RETURN campaign.id AS id, campaign.name AS name, campaign.kind AS kind,
       toString(date(campaign.starts_at)) AS starts, toString(date(campaign.ends_at - duration({milliseconds: 1})) + duration({days: 1})) AS ends,
       toString(localdatetime.truncate('second', campaign.starts_at)) AS starts_at,
       toString(localdatetime.truncate('second', campaign.ends_at)) AS ends_at,
       COUNT { (campaign)<-[reached:TARGETED_BY]-() WHERE $before IS NULL OR reached.at < datetime($before) } AS targeted,
       COUNT { MATCH (user)-[part:PARTICIPATED_IN]->(campaign)
               WHERE $before IS NULL OR part.at < datetime($before) RETURN DISTINCT user } AS participants
ORDER BY starts, id
