// Before lost jobs are requeued, record what is wrong with those that have no attempts left
// parameters: $lost_after (integer, seconds), $max_attempts (integer, attempts)
// returns: jobs (integer)
// access: write
MATCH (job:Job {state: 'running'})
WHERE job.heartbeat_at < datetime() - duration({seconds: $lost_after}) AND job.attempts >= $max_attempts AND NOT job.cancel_requested
SET job.problem = 'Its worker process ended unexpectedly ' + job.attempts + ' times.',
    job.remedy = 'See logs/worker.log on the server, then submit the job again.'
RETURN count(job) AS jobs
