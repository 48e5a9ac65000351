// List the imports of one data set or of all, the latest first; counts of unfinished ones come from the ledger
// parameters: $dataset (string or null)
// returns: dataset, number, state, problem, source, engine, mapping, loaded, rejected, unchanged, left_out, replaced, read, started, finished, seconds, rules, files, checksums, replaces (list of integer: imports to undo before it loads), resumable (boolean), warnings (string or null, JSON)
// access: read
MATCH (run:Run {kind: 'import'})
WHERE $dataset IS NULL OR run.dataset = $dataset
CALL (run) {
  MATCH (batch:Batch {dataset: run.dataset}) WHERE batch.import = run.number
  RETURN sum(batch.loaded) AS loaded, sum(batch.rejected) AS rejected, sum(batch.unchanged) AS unchanged,
         sum(batch.left_out) AS left_out, sum(batch.replaced) AS replaced,
         max(batch.at) AS active
}
RETURN run.dataset AS dataset, run.number AS number, run.state AS state, run.problem AS problem,
       run.source AS source, run.engine AS engine, run.mapping AS mapping,
       coalesce(run.loaded, loaded) AS loaded, coalesce(run.rejected, rejected) AS rejected,
       coalesce(run.unchanged, unchanged) AS unchanged,
       coalesce(run.left_out, left_out) AS left_out, coalesce(run.replaced, replaced) AS replaced,
       coalesce(run.read, loaded + rejected + unchanged) AS read,
       toString(run.started_at) AS started, toString(run.finished_at) AS finished,
       duration.inSeconds(run.started_at, coalesce(run.finished_at, active, run.started_at)).seconds AS seconds,
       run.rules AS rules, run.files AS files, run.checksums AS checksums, coalesce(run.replaces, []) AS replaces,
       coalesce(run.resumable, true) AS resumable, run.warnings AS warnings
ORDER BY run.started_at DESC
