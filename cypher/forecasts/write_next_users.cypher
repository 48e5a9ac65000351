// Store a next-user model with its back-test
// parameters: $dataset (string), $id (string), $figures (map)
// returns: id (string)
// access: write
MERGE (run:Run {dataset: $dataset, id: $id})
SET run += $figures, run.kind = 'next-users', run.state = 'complete', run.at = datetime()
RETURN run.id AS id
