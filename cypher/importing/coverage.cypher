// Record on an import what its data set covers
// parameters: $dataset (string), $number (integer), $properties (map)
// returns: number (integer)
// access: write
MATCH (run:Run {dataset: $dataset, id: 'import/' + $number})
SET run += $properties
RETURN run.number AS number
