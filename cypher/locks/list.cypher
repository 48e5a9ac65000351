// List the locks of data sets whose leases have not expired
// parameters: none
// returns: dataset, token, purpose, host, machine, process, since (ISO moment)
// access: read
MATCH (lock:Lock)
WHERE lock.expires_at >= datetime()
RETURN lock.dataset AS dataset, lock.token AS token, lock.purpose AS purpose, lock.host AS host,
       lock.machine AS machine, lock.process AS process, toString(lock.since) AS since
ORDER BY dataset
