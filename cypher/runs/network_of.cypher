// The network of a campaign's latest forecast, or the network with the latest cut-off
// parameters: $dataset (string), $campaign (string)
// returns: figures (map like that of runs/networks, or null if there is none)
// access: read
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})
OPTIONAL MATCH (campaign)<-[:OF]-(forecast:Forecast)-[:MADE_WITH]->(:Run)-[:USED]->(used:Run)
WITH used ORDER BY forecast.origin DESC, forecast.at DESC LIMIT 1
OPTIONAL MATCH (run:Run {dataset: $dataset, kind: 'network', state: 'complete'})
// Networks of earlier versions lack some properties and must be rebuilt.
WHERE run.stages IS NOT NULL
WITH used, run ORDER BY coalesce(run = used, false) DESC, run.cutoff DESC LIMIT 1
RETURN run {.*, at: toString(run.at)} AS figures
