// Put the running jobs of a stopped worker back into the queue; this does not count as an attempt
// parameters: $worker (string)
// returns: jobs (integer)
// access: write
MATCH (job:Job {worker: $worker, state: 'running'})
SET job.state = CASE WHEN job.cancel_requested THEN 'cancelled' ELSE 'waiting' END,
    job.finished_at = CASE WHEN job.cancel_requested THEN datetime() ELSE null END,
    job.attempts = job.attempts - 1
RETURN count(job) AS jobs
