// Record the final state of an import and the totals of its ledger
// parameters: $dataset (string), $number (integer), $state (string), $problem (string), $read (integer), $loaded (integer), $rejected (integer), $unchanged (integer), $left_out (integer), $replaced (integer), $warnings (string, JSON)
// returns: state (string)
// access: write
MATCH (run:Run {dataset: $dataset, id: 'import/' + $number})
OPTIONAL MATCH (batch:Batch {dataset: $dataset, import: $number})
WITH run, min(batch.first_at) AS first, max(batch.last_at) AS last
SET run.state = $state, run.problem = $problem, run.at = datetime(), run.finished_at = datetime(),
    run.read = $read, run.loaded = $loaded, run.rejected = $rejected,
    run.unchanged = $unchanged, run.left_out = $left_out, run.replaced = $replaced, run.warnings = $warnings,
    run.first_behaviour_at = CASE WHEN first IS NOT NULL THEN datetime({epochMillis: first, timezone: run.zone}) END,
    run.last_behaviour_at = CASE WHEN last IS NOT NULL THEN datetime({epochMillis: last, timezone: run.zone}) END
RETURN run.state AS state
