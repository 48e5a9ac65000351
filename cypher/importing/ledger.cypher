// The batches of a data set that have been loaded
// parameters: $dataset (string)
// returns: batch (string), table (string), source (string), rows (integer)
MATCH (b:Batch {dataset: $dataset})
RETURN b.id AS batch, b.table AS table, b.source AS source, b.rows AS rows
