// The network to show a campaign on: that of its latest forecast, else the one with the latest cut-off
// parameters: $dataset (string), $campaign (string)
// returns: figures (map as of runs/networks, or null where none was built)
// access: read
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})
OPTIONAL MATCH (campaign)<-[:OF]-(forecast:Forecast)-[:MADE_WITH]->(:Run)-[:USED]->(used:Run)
WITH used ORDER BY forecast.origin DESC, forecast.at DESC LIMIT 1
OPTIONAL MATCH (run:Run {dataset: $dataset, kind: 'network', state: 'complete'})
// A network of an earlier version lacks some of this: it is to be built anew.
WHERE run.stages IS NOT NULL
WITH used, run ORDER BY coalesce(run = used, false) DESC, run.cutoff DESC LIMIT 1
RETURN run {.*, at: toString(run.at)} AS figures
