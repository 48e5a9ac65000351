// The trained models with their back-tests, the latest cut-off first and of one the model trained last
// parameters: $dataset (string)
// returns: id (string), cutoff (ISO date), network (string), checkpoint (file name), fingerprint (string), backtest_from (ISO date), horizon (integer, steps), names, mae, mase (lists, one entry per model compared), coverage_80 (float), level_coverage_80 (float), points (integer), holidays (string or null, the holiday prior), redeemers_mae (list or null, of redeemers), weights (list or null, the weight of each model in the back-test's forecast; what describes the back-test is null where there is none), is_trained (boolean, whether it is more than the baseline), step (string, its time step), every (integer, steps between two origins of its back-test)
// access: read
MATCH (run:Run {dataset: $dataset, kind: 'model', state: 'complete'})-[:USED]->(network:Run)
RETURN run.id AS id, run.cutoff AS cutoff, network.id AS network, run.checkpoint AS checkpoint,
       run.fingerprint AS fingerprint, run.backtest_from AS backtest_from, run.horizon AS horizon,
       run.names AS names, run.mae AS mae, run.mase AS mase,
       run.coverage_80 AS coverage_80, run.level_coverage_80 AS level_coverage_80, run.points AS points,
       run.holidays AS holidays, run.redeemers_mae AS redeemers_mae, run.weights AS weights,
       run.is_trained AS is_trained, coalesce(run.step, 'day') AS step, coalesce(run.every, 3) AS every
ORDER BY cutoff DESC, run.at DESC
