// Which import jobs loaded this data set?
// parameters: $dataset (string)
// returns: job, state, engine, read, loaded, rejected, unchanged, started, source
// access: read
// defaults: {"dataset": "complete-journey"}
MATCH (run:Run {dataset: $dataset, kind: 'import'})
RETURN run.id AS job, run.state AS state, run.engine AS engine, run.read AS read, run.loaded AS loaded,
       run.rejected AS rejected, run.unchanged AS unchanged, toString(localdatetime.truncate('minute', run.started_at)) AS started, run.source AS source
ORDER BY run.number DESC
