// Enter a batch into the ledger, in the transaction that loads it: it is loaded once or not at all
// parameters: $dataset (string), $batch (string), $table (string), $source (string), $rows (integer)
// returns: batch (string)
CREATE (b:Batch {dataset: $dataset, id: $batch, table: $table, source: $source, rows: $rows, at: datetime()})
RETURN b.id AS batch
