// List jobs, the latest first: all, those of a data set, those in a state, or the one with an id
// parameters: $id (string or null), $dataset (string or null), $state (string or null), $skip (integer), $limit (integer)
// returns: id, kind, dataset, arguments (JSON), state, attempts, cancel_requested, stage, done, total, problem, remedy, action (JSON of the remedy, or null), result (JSON or null), created_at, started_at, finished_at (ISO timestamps or null)
// access: read
MATCH (job:Job)
WHERE ($id IS NULL OR job.id = $id) AND ($dataset IS NULL OR job.dataset = $dataset)
  AND ($state IS NULL OR job.state = $state)
// The state is read first: if it says that the job has ended, the outcome read after it is complete.
WITH job, job.state AS state ORDER BY job.created_at DESC, job.id SKIP $skip LIMIT $limit
RETURN job.id AS id, job.kind AS kind, job.dataset AS dataset, job.arguments AS arguments, state,
       job.attempts AS attempts, job.cancel_requested AS cancel_requested, job.stage AS stage, job.done AS done,
       job.total AS total, job.problem AS problem, job.remedy AS remedy, job.action AS action, job.result AS result,
       toString(job.created_at) AS created_at, toString(job.started_at) AS started_at,
       toString(job.finished_at) AS finished_at
ORDER BY job.created_at DESC, id
