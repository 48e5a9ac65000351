// Count the jobs of each kind and state
// parameters: none
// returns: kind (string), state (string), jobs (integer)
// access: read
MATCH (job:Job)
RETURN job.kind AS kind, job.state AS state, count(*) AS jobs
ORDER BY kind, state
