// Extend the lease of a lock
// parameters: $dataset (string), $token (string), $lease (integer, seconds)
// returns: token (string, of the owner); no row if another process has taken the lock
// access: write
MATCH (lock:Lock {dataset: $dataset, token: $token})
SET lock.expires_at = datetime() + duration({seconds: $lease}), lock.heartbeats = lock.heartbeats + 1
RETURN lock.token AS token
