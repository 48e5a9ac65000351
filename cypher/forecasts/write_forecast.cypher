// Store a forecast; the same model, campaign and origin give the same node
// parameters: $dataset (string), $campaign (string), $model (string), $id (string), $origin (ISO date or moment), $unit (string, the time step), $steps (list of ISO dates or moments), $values (map of lists, one number per step), $behaviours (map of what forecasts/read_forecast returns as behaviours), $others_share (float, share of the participants who are not among its users), $explanation (map of what forecasts/explanation returns)
// returns: id (string)
// access: write
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})
MATCH (model:Run {dataset: $dataset, id: $model})
MERGE (forecast:Forecast {dataset: $dataset, id: $id})
SET forecast += $values, forecast += $behaviours, forecast += $explanation, forecast.others_share = $others_share, forecast.origin = $origin, forecast.steps = $steps, forecast.unit = $unit,
    forecast.horizon = size($steps), forecast.at = datetime()
MERGE (forecast)-[:OF]->(campaign)
MERGE (forecast)-[:MADE_WITH]->(model)
RETURN forecast.id AS id
