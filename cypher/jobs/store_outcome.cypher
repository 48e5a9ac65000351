// Store how a job ended, before its state changes: a reader may see a commit in part
// parameters: $id (string), $worker (string), $problem (string or null), $remedy (string or null), $action (string or null, JSON of the remedy), $result (string or null, JSON)
// returns: id (string); no row if another worker has the job
// access: write
MATCH (job:Job {id: $id, worker: $worker, state: 'running'})
SET job.problem = $problem, job.remedy = $remedy, job.action = $action, job.result = $result, job.finished_at = datetime()
RETURN job.id AS id
