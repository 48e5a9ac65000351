// A campaign's forecasts, the one with the latest origin first
// parameters: $dataset (string), $campaign (string)
// returns: id (string), origin (ISO date), model (string), network (string), steps (list of ISO dates), and one list of numbers per quantile
MATCH (forecast:Forecast {dataset: $dataset})-[:OF]->(:Campaign {dataset: $dataset, id: $campaign})
MATCH (forecast)-[:MADE_WITH]->(model:Run)-[:USED]->(network:Run)
RETURN forecast.id AS id, forecast.origin AS origin, model.id AS model, network.id AS network,
       forecast.steps AS steps, forecast.mean AS mean,
       forecast.participants_p10 AS participants_p10, forecast.participants_p50 AS participants_p50,
       forecast.participants_p90 AS participants_p90, forecast.level_p10 AS level_p10,
       forecast.level_p50 AS level_p50, forecast.level_p90 AS level_p90
ORDER BY origin DESC, forecast.at DESC
