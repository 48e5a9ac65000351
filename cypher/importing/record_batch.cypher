// Record a batch in the ledger, in the transaction that loads it
// parameters: $dataset (string), $batch (string), $properties (map)
// returns: batch (string)
// access: write
CREATE (b:Batch {dataset: $dataset, id: $batch, at: datetime()})
SET b += $properties
RETURN b.id AS batch
