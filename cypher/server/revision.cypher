// Number of heartbeats that jobs have written: transactions that change no response of the API
// parameters: none
// returns: heartbeats (integer)
// access: read
MATCH (job:Job)
RETURN coalesce(sum(job.heartbeats), 0) AS heartbeats
