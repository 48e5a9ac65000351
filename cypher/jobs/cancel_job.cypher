// Cancel a job: a waiting job at once, a running job at its next heartbeat; an ended job stays as it is
// parameters: $id (string)
// returns: id (string)
// access: write
MATCH (job:Job {id: $id})
SET job.cancel_requested = job.cancel_requested OR job.state IN ['waiting', 'running'],
    job.finished_at = CASE job.state WHEN 'waiting' THEN datetime() ELSE job.finished_at END,
    job.state = CASE job.state WHEN 'waiting' THEN 'cancelled' ELSE job.state END
RETURN job.id AS id
