// Number of heartbeats of jobs and locks: transactions that change no response of the API
// parameters: none
// returns: heartbeats (integer)
// access: read
CALL () {
  MATCH (job:Job) RETURN sum(job.heartbeats) AS heartbeats
UNION ALL
  MATCH (lock:Lock) RETURN sum(lock.heartbeats) AS heartbeats
}
RETURN sum(heartbeats) AS heartbeats
