// The spreading networks, the latest cut-off first
// parameters: $dataset (string)
// returns: figures (map: id, cutoff (ISO date), fingerprint, and results)
// access: read
MATCH (run:Run {dataset: $dataset, kind: 'network', state: 'complete'})
// Networks of earlier versions lack some properties and must be rebuilt.
WHERE run.stages IS NOT NULL
RETURN run {.*, at: toString(run.at)} AS figures
ORDER BY run.cutoff DESC
