// The network runs that a killed build or update left behind
// parameters: $dataset (string)
// returns: run (string)
// access: read
MATCH (run:Run {dataset: $dataset, kind: 'network', state: 'building'})
RETURN run.id AS run
ORDER BY run
