// Resume an import
// parameters: $dataset (string), $number (integer), $properties (map)
// returns: number (integer)
// access: write
MATCH (run:Run {dataset: $dataset, id: 'import/' + $number})
SET run += $properties, run.state = 'running', run.problem = null
RETURN run.number AS number
