// Remove an undone import's entries from the ledger; its Run remains, so that its number is not reused
// parameters: $dataset (string), $import (integer)
// returns: state (string)
// access: write
MATCH (run:Run {dataset: $dataset, id: 'import/' + $import})
CALL (run) {
  MATCH (batch:Batch {dataset: $dataset}) WHERE batch.import = run.number
  DELETE batch
}
SET run.state = 'undone', run.at = datetime()
RETURN run.state AS state
