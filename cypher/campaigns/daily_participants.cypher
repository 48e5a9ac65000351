// The daily participants of every campaign (days without participants are left out), and its latest forecast
// parameters: $dataset (string)
// returns: id (string), steps (list of ISO dates), participants (list of integer), origin (ISO date, moment where the forecast is by hour, or null), expected (list of float or null: participants in the forecast's steps, P50), unit (string, its time step)
// access: read
MATCH (campaign:Campaign {dataset: $dataset})
CALL (campaign) {
  OPTIONAL MATCH (campaign)<-[part:PARTICIPATED_IN]-(user:User)
  WITH date(part.at) AS step, count(DISTINCT user) AS users ORDER BY step
  WITH step, users WHERE step IS NOT NULL
  RETURN collect(toString(step)) AS steps, collect(users) AS participants
}
CALL (campaign) {
  OPTIONAL MATCH (forecast:Forecast {dataset: $dataset})-[:OF]->(campaign)
  WITH forecast ORDER BY forecast.origin DESC, forecast.at DESC LIMIT 1
  RETURN forecast.origin AS origin, forecast.participants_p50 AS expected, coalesce(forecast.unit, 'day') AS unit
}
RETURN campaign.id AS id, steps, participants, origin, expected, unit
ORDER BY id
