// Delete the keyed hash of an erased user; the imported files are read again, as they may have the user's rows
// parameters: $dataset (string), $hash (string)
// returns: forgotten (integer)
// access: write
MATCH (user:ErasedUser {dataset: $dataset, id: $hash})
DELETE user
WITH count(*) AS forgotten
CALL (forgotten) {
  WITH forgotten WHERE forgotten > 0
  MATCH (batch:Batch {dataset: $dataset}) WHERE batch.mapping IS NOT NULL
  REMOVE batch.mapping
  SET batch.id = batch.id + '/again'
  WITH DISTINCT batch.import AS number
  MATCH (run:Run {dataset: $dataset, id: 'import/' + number})
  SET run.resumable = false
}
RETURN forgotten
