// How many jobs wait, or run and were not heard of for a while
// parameters: $after (integer, seconds)
// returns: jobs (integer)
MATCH (job:Job)
WHERE job.state = 'waiting' OR (job.state = 'running' AND job.beat_at < datetime() - duration({seconds: $after}))
RETURN count(job) AS jobs
