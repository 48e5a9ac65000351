// Record that a worker is running a job, with its progress
// parameters: $id (string), $worker (string), $stage (string or null), $done (integer or null), $total (integer or null)
// returns: cancel_requested (boolean); no row if another worker has the job
// access: write
// `server/revision` counts the heartbeats, to distinguish them from writes that change responses.
MATCH (job:Job {id: $id, worker: $worker, state: 'running'})
SET job.heartbeat_at = datetime(), job.heartbeats = coalesce(job.heartbeats, 0) + 1,
    job.stage = $stage, job.done = $done, job.total = $total
RETURN job.cancel_requested AS cancel_requested
