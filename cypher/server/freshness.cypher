// List for each data set the times of its last behaviour, import, training and forecast
// parameters: none
// returns: dataset (string), behaviour, imported, trained, forecast (seconds since the epoch, or null)
// access: read
MATCH (run:Run {kind: 'import', state: 'complete'})
WITH run.dataset AS dataset, max(run.last_behaviour_at) AS behaviour, max(run.finished_at) AS imported
CALL (dataset) {
  OPTIONAL MATCH (model:Run {dataset: dataset, kind: 'model', state: 'complete'})
  RETURN max(model.at) AS trained
}
CALL (dataset) {
  OPTIONAL MATCH (forecast:Forecast {dataset: dataset})
  RETURN max(forecast.at) AS forecast
}
RETURN dataset, behaviour.epochSeconds AS behaviour, imported.epochSeconds AS imported,
       trained.epochSeconds AS trained, forecast.epochSeconds AS forecast
ORDER BY dataset
