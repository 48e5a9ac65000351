// List the days of the loaded behaviours of a data set
// parameters: $dataset (string)
// returns: days (string, see graph.importing.values.day_counts), loaded (integer), unchanged (integer), zone (string)
// access: read
MATCH (batch:Batch {dataset: $dataset}) WHERE batch.loaded > 0 AND batch.days <> ''
MATCH (run:Run {dataset: $dataset, id: 'import/' + batch.import})
RETURN batch.days AS days, batch.loaded AS loaded, batch.unchanged AS unchanged, run.zone AS zone
ORDER BY batch.import
