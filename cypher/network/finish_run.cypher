// Mark a network run as complete and set its figures
// parameters: $dataset (string), $run (string), $figures (map)
// returns: id (string)
// access: write
MATCH (run:Run {dataset: $dataset, id: $run})
SET run += $figures, run.state = 'complete'
RETURN run.id AS id
