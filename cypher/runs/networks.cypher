// The spreading networks built so far, the one with the latest cut-off first
// parameters: $dataset (string)
// returns: figures (map: id, cutoff (ISO date), fingerprint, and what was found)
// access: read
MATCH (run:Run {dataset: $dataset, kind: 'network', state: 'complete'})
// A network of an earlier version lacks some of this: it is to be built anew.
WHERE run.stages IS NOT NULL
RETURN run {.*, at: toString(run.at)} AS figures
ORDER BY run.cutoff DESC
