// Remove the record of a network run, once what it wrote is removed
// parameters: $dataset (string), $run (string)
// returns: rows (integer)
// access: write
MATCH (run:Run {dataset: $dataset, id: $run, kind: 'network'})
DETACH DELETE run
RETURN count(*) AS rows
