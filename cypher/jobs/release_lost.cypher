// Jobs whose worker has not been heard of for a while wait again, or end where they were tried often enough
// parameters: $after (integer, seconds), $most (integer, attempts)
// returns: jobs (integer)
MATCH (job:Job {state: 'running'}) WHERE job.beat_at < datetime() - duration({seconds: $after})
SET job.state = CASE WHEN job.cancel_asked THEN 'cancelled' WHEN job.attempts >= $most THEN 'failed' ELSE 'waiting' END
SET job.finished_at = CASE job.state WHEN 'waiting' THEN null ELSE datetime() END
RETURN count(job) AS jobs
