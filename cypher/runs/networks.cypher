// The spreading networks built so far, the one with the latest cut-off first
// parameters: $dataset (string)
// returns: id (string), cutoff (ISO date), fingerprint (string), properties of the network
MATCH (run:Run {dataset: $dataset, kind: 'network', state: 'complete'})
RETURN run.id AS id, run.cutoff AS cutoff, run.fingerprint AS fingerprint,
       run.users AS users, run.similar_pairs AS similar_pairs, run.influences AS influences,
       run.key_users AS key_users, run.groups AS groups, run.risk_ratio AS risk_ratio,
       run.placebo_risk_ratio AS placebo_risk_ratio, run.trials AS trials, run.window_days AS window_days
ORDER BY cutoff DESC
