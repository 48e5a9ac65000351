// The forecasts of a campaign, the latest origin first
// parameters: $dataset (string), $campaign (string)
// returns: id (string), origin (ISO date, or moment where steps are hours), model (string), network (string), steps (list of ISO dates or moments), values (map of lists, one number per step), others_share (float, share of the participants who are not among its users), unit (string, its time step), behaviours (map of lists: the kinds, and of each value the steps of all kinds, kind by kind)
// access: read
MATCH (forecast:Forecast {dataset: $dataset})-[:OF]->(:Campaign {dataset: $dataset, id: $campaign})
MATCH (forecast)-[:MADE_WITH]->(model:Run)-[:USED]->(network:Run)
RETURN forecast.id AS id, forecast.origin AS origin, model.id AS model, network.id AS network,
       forecast.steps AS steps,
       forecast {.mean, .participants_p10, .participants_p50, .participants_p90, .level_p10, .level_p50, .level_p90,
                 .redeemers_mean, .redeemers_p10, .redeemers_p50, .redeemers_p90} AS values,
       coalesce(forecast.others_share, 0.0) AS others_share,
       coalesce(forecast.unit, 'day') AS unit,
       forecast {.behaviours, .behaviours_mean, .behaviours_p10, .behaviours_p50, .behaviours_p90} AS behaviours
ORDER BY origin DESC, forecast.at DESC
