// Release a lock
// parameters: $dataset (string), $token (string)
// returns: rows (integer)
// access: write
MATCH (lock:Lock {dataset: $dataset, token: $token})
DELETE lock
RETURN count(*) AS rows
