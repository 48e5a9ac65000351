// Begin a network run
// parameters: $dataset (string), $run (string), $cutoff (ISO date), $fingerprint (string)
// returns: id (string)
MERGE (run:Run {dataset: $dataset, id: $run})
SET run.kind = 'network', run.state = 'building', run.cutoff = $cutoff,
    run.fingerprint = $fingerprint, run.at = datetime()
RETURN run.id AS id
