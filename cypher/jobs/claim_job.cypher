// Assign the longest-waiting job whose data set is free to a worker
// parameters: $worker (string)
// returns: id (string)
// access: write
MATCH (job:Job {state: 'waiting'})
WHERE NOT EXISTS { (other:Job {state: 'running'}) WHERE other.dataset = job.dataset }
WITH job ORDER BY job.created_at, job.id LIMIT 1
// Locks the job: of two concurrent claims, the second sees that it is running.
SET job.attempts = job.attempts
WITH job WHERE job.state = 'waiting'
SET job.state = 'running', job.worker = $worker, job.attempts = job.attempts + 1, job.heartbeat_at = datetime(),
    job.started_at = datetime(), job.stage = null, job.done = null, job.total = null,
    job.problem = null, job.remedy = null, job.result = null
RETURN job.id AS id
