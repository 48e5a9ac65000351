// Remove a network run itself; run clear_run first
// parameters: $dataset (string), $run (string)
// returns: rows (integer)
// access: write
MATCH (run:Run {dataset: $dataset, id: $run, kind: 'network'})
DETACH DELETE run
RETURN count(*) AS rows
