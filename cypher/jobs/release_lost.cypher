// Jobs whose worker has not been heard of for a while wait again, or end where they were tried often enough
// parameters: $after (integer, seconds), $most (integer, attempts)
// returns: jobs (integer)
MATCH (job:Job {state: 'running'})
WHERE job.beat_at < datetime() - duration({seconds: $after})
  // One lost since those that are given up were told what is wrong is left until they are told again.
  AND (job.cancel_asked OR job.attempts < $most OR job.problem IS NOT NULL)
SET job.state = CASE WHEN job.cancel_asked THEN 'cancelled' WHEN job.attempts >= $most THEN 'failed' ELSE 'waiting' END
SET job.finished_at = CASE job.state WHEN 'waiting' THEN null ELSE datetime() END
RETURN count(job) AS jobs
