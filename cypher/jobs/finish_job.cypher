// Say how a job ended, or that it waits again
// parameters: $id (string), $worker (string), $state (string), $problem (string or null), $remedy (string or null), $result (string or null, JSON)
// returns: state (string)
MATCH (job:Job {id: $id, worker: $worker, state: 'running'})
SET job.state = $state, job.problem = $problem, job.remedy = $remedy, job.result = $result,
    // Given back is not given up: it does not count as an attempt.
    job.attempts = job.attempts - CASE WHEN $state = 'waiting' THEN 1 ELSE 0 END,
    job.finished_at = CASE WHEN $state = 'waiting' THEN null ELSE datetime() END
RETURN job.state AS state
