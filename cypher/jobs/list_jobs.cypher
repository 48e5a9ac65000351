// List jobs, the latest first: all, those of a data set, those in a state, or the one with an id
// parameters: $id (string or null), $dataset (string or null), $state (string or null), $skip (integer), $limit (integer)
// returns: id, kind, dataset, arguments (JSON), state, attempts, cancel_asked, stage, done, total, problem, remedy, result (JSON or null), made_at, started_at, finished_at (ISO timestamps or null)
MATCH (job:Job)
WHERE ($id IS NULL OR job.id = $id) AND ($dataset IS NULL OR job.dataset = $dataset)
  AND ($state IS NULL OR job.state = $state)
// The state is read first: if it says that the job has ended, the outcome read after it is complete.
WITH job, job.state AS state ORDER BY job.made_at DESC, job.id SKIP $skip LIMIT $limit
RETURN job.id AS id, job.kind AS kind, job.dataset AS dataset, job.arguments AS arguments, state,
       job.attempts AS attempts, job.cancel_asked AS cancel_asked, job.stage AS stage, job.done AS done,
       job.total AS total, job.problem AS problem, job.remedy AS remedy, job.result AS result,
       toString(job.made_at) AS made_at, toString(job.started_at) AS started_at,
       toString(job.finished_at) AS finished_at
ORDER BY job.made_at DESC, id
