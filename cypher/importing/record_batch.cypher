// Enter a batch into the ledger, in the transaction that loads it: it is loaded once or not at all
// parameters: $dataset (string), $batch (string), $properties (map)
// returns: batch (string)
// access: write
CREATE (b:Batch {dataset: $dataset, id: $batch, at: datetime()})
SET b += $properties
RETURN b.id AS batch
