// Put running jobs without heartbeats back into the queue; fail those that have no attempts left
// parameters: $lost_after (integer, seconds), $max_attempts (integer, attempts)
// returns: jobs (integer)
// access: write
MATCH (job:Job {state: 'running'})
WHERE job.heartbeat_at < datetime() - duration({seconds: $lost_after})
  // A job that got lost after explain_lost_jobs ran has no problem recorded yet and waits for the next call.
  AND (job.cancel_requested OR job.attempts < $max_attempts OR job.problem IS NOT NULL)
SET job.state = CASE WHEN job.cancel_requested THEN 'cancelled' WHEN job.attempts >= $max_attempts THEN 'failed' ELSE 'waiting' END
SET job.finished_at = CASE job.state WHEN 'waiting' THEN null ELSE datetime() END
RETURN count(job) AS jobs
