// The end of the data that the latest import recorded, as a mapping states it
// parameters: $dataset (string)
// returns: complete_until (string or null, ISO day or moment)
// access: read
MATCH (run:Run {dataset: $dataset, kind: 'import'}) WHERE run.state = 'complete' AND run.last_day IS NOT NULL
RETURN run.complete_until AS complete_until ORDER BY run.number DESC LIMIT 1
