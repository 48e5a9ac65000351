// How many jobs there are of each kind in each state
// parameters: none
// returns: kind (string), state (string), jobs (integer)
MATCH (job:Job)
RETURN job.kind AS kind, job.state AS state, count(*) AS jobs
ORDER BY kind, state
