// Take the lock of a data set if it is free, has expired, or belongs to a dead process
// parameters: $dataset (string), $token (string), $purpose (string), $host (string), $machine (string), $process (string, id and start time), $lease (integer, seconds), $dead (string or null, token of an owner whose process has ended)
// returns: token, purpose, host, machine, process, since (ISO moment) of the owner from now on
// access: write
MERGE (lock:Lock {dataset: $dataset})
// Locks the node: of two processes at the same time, the second sees the owner that the first set.
SET lock.requested_at = datetime()
WITH lock, lock.token IS NULL OR lock.token IN [$token, $dead] OR lock.expires_at < datetime() AS is_free
// `server/revision` counts this transaction as a heartbeat, since it changes no response.
SET lock.heartbeats = coalesce(lock.heartbeats, 0) + 1
FOREACH (_ IN CASE WHEN is_free THEN [1] ELSE [] END |
  SET lock.token = $token, lock.purpose = $purpose, lock.host = $host, lock.machine = $machine,
      lock.process = $process, lock.since = datetime(), lock.expires_at = datetime() + duration({seconds: $lease}))
RETURN lock.token AS token, lock.purpose AS purpose, lock.host AS host, lock.machine AS machine,
       lock.process AS process, toString(lock.since) AS since
