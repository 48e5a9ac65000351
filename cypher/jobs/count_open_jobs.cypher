// Count the jobs that wait, or run without heartbeats
// parameters: $lost_after (integer, seconds)
// returns: jobs (integer)
// access: read
MATCH (job:Job)
WHERE job.state = 'waiting' OR (job.state = 'running' AND job.heartbeat_at < datetime() - duration({seconds: $lost_after}))
RETURN count(job) AS jobs
