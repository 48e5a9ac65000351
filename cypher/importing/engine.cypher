// Record the engine of an import
// parameters: $dataset (string), $number (integer), $engine (string, bulk or stream)
// returns: engine (string)
// access: write
MATCH (run:Run {dataset: $dataset, id: 'import/' + $number})
SET run.engine = $engine
RETURN run.engine AS engine
