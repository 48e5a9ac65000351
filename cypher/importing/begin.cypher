// Create the Run of an import, with the next number of its data set
// parameters: $dataset (string), $properties (map)
// returns: number (integer)
// access: write
OPTIONAL MATCH (earlier:Run {dataset: $dataset, kind: 'import'})
WITH coalesce(max(earlier.number), 0) + 1 AS number
CREATE (run:Run {dataset: $dataset, id: 'import/' + number, kind: 'import', number: number})
SET run += $properties, run.state = 'running', run.started_at = datetime(), run.at = datetime()
RETURN number
