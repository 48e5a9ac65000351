// Count the jobs that a list without a limit has: all, those of a data set, or those in a state
// parameters: $dataset (string or null), $state (string or null)
// returns: jobs (integer)
// access: read
MATCH (job:Job)
WHERE ($dataset IS NULL OR job.dataset = $dataset) AND ($state IS NULL OR job.state = $state)
RETURN count(job) AS jobs
