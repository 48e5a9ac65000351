// Write down how a job ended, before its state says that it has: what is committed at once is not seen at once
// parameters: $id (string), $worker (string), $problem (string or null), $remedy (string or null), $result (string or null, JSON)
// returns: id (string); no row where another worker has the job
MATCH (job:Job {id: $id, worker: $worker, state: 'running'})
SET job.problem = $problem, job.remedy = $remedy, job.result = $result, job.finished_at = datetime()
RETURN job.id AS id
