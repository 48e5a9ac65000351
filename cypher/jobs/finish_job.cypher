// Set the state of a job that ended, after its outcome was stored, or put it back into the queue
// parameters: $id (string), $worker (string), $state (string)
// returns: state (string)
// access: write
MATCH (job:Job {id: $id, worker: $worker, state: 'running'})
SET job.state = $state,
    // A requeued job was stopped from outside, which does not count as an attempt.
    job.attempts = job.attempts - CASE WHEN $state = 'waiting' THEN 1 ELSE 0 END,
    job.finished_at = CASE WHEN $state = 'waiting' THEN null ELSE job.finished_at END
RETURN job.state AS state
