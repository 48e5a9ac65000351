// Begin a network run
// parameters: $dataset (string), $run (string), $cutoff (ISO date), $fingerprint (string)
// returns: id (string)
// access: write
MERGE (run:Run {dataset: $dataset, id: $run})
SET run = {dataset: $dataset, id: $run, kind: 'network', state: 'building', cutoff: $cutoff, fingerprint: $fingerprint,
           at: datetime()}
RETURN run.id AS id
