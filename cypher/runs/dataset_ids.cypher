// The ids of the data sets with an import that was not undone
// parameters: none
// returns: dataset (string)
// access: read
MATCH (run:Run {kind: 'import'}) WHERE run.state <> 'undone'
RETURN DISTINCT run.dataset AS dataset
ORDER BY dataset
