// The data sets of this database
// parameters: none
// returns: dataset (string)
MATCH (run:Run {kind: 'import'})
RETURN DISTINCT run.dataset AS dataset ORDER BY dataset
