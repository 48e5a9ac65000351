// The back-tests on chosen days, the latest first
// parameters: $dataset (string)
// returns: id (string), until (ISO date, exclusive), every (integer, steps), network (string), backtest_from (ISO date), horizon (integer, steps), names, mae, mase (lists, one entry per model compared), coverage_80 (float), level_coverage_80 (float), points (integer), holidays (string or null, the holiday prior), redeemers_mae (list or null, of redeemers), weights (list or null, the weight of each model in the back-test's forecast), step (string, its time step)
// access: read
MATCH (run:Run {dataset: $dataset, kind: 'back-test', state: 'complete'})-[:USED]->(network:Run)
RETURN run.id AS id, run.until AS until, run.every AS every, network.id AS network,
       run.backtest_from AS backtest_from, run.horizon AS horizon, run.names AS names, run.mae AS mae,
       run.mase AS mase, run.coverage_80 AS coverage_80, run.level_coverage_80 AS level_coverage_80,
       run.points AS points, run.holidays AS holidays, run.redeemers_mae AS redeemers_mae, run.weights AS weights,
       coalesce(run.step, 'day') AS step
ORDER BY backtest_from DESC, until DESC
