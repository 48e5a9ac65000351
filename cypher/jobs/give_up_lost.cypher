// Say what is wrong with jobs that were tried often enough and whose worker has not been heard of for a while, before they are released
// parameters: $after (integer, seconds), $most (integer, attempts)
// returns: jobs (integer)
MATCH (job:Job {state: 'running'})
WHERE job.beat_at < datetime() - duration({seconds: $after}) AND job.attempts >= $most AND NOT job.cancel_asked
SET job.problem = 'Whoever worked on it was gone, ' + job.attempts + ' times.',
    job.remedy = 'See the log of the server, then start it again.'
RETURN count(job) AS jobs
