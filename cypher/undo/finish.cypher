// Remove an undone import's entries from the ledger; its Run remains, so that its number is not reused
// parameters: $dataset (string), $import (integer)
// returns: state (string)
// access: write
MATCH (run:Run {dataset: $dataset, id: 'import/' + $import})
CALL (run) {
  MATCH (batch:Batch {dataset: $dataset}) WHERE batch.import = run.number
  DELETE batch
}
// Rows that later imports found unchanged may have been those of this import: they are to be read again.
CALL (run) {
  MATCH (batch:Batch {dataset: $dataset}) WHERE batch.import > run.number AND batch.unchanged > 0
  REMOVE batch.mapping
  SET batch.id = batch.id + '/undone-' + run.number
  WITH DISTINCT batch.import AS number
  MATCH (later:Run {dataset: $dataset, id: 'import/' + number})
  SET later.resumable = false
}
SET run.state = 'undone', run.at = datetime()
RETURN run.state AS state
