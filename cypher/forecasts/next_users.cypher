// The next-user models, the latest cut-off first
// parameters: $dataset (string)
// returns: id (string), cutoff (ISO date), checkpoint (file name), backtest_from (ISO date), names (list of strings, rankings compared), hits (list of floats, share of positions whose next user was among the first ten), positions (integer), users (integer, ranked by the model)
// access: read
MATCH (run:Run {dataset: $dataset, kind: 'next-users', state: 'complete'})
RETURN run.id AS id, run.cutoff AS cutoff, run.checkpoint AS checkpoint, run.backtest_from AS backtest_from,
       run.names AS names, run.hits AS hits, run.positions AS positions, run.users AS users
ORDER BY cutoff DESC
