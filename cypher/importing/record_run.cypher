// Record an import: when it began, when it ended, and what the data set's clock says now
// parameters: $dataset (string), $id (string), $source (string), $zone (string), $purchase_weight (float), $redemption_weight (float)
// returns: id (string)
MATCH (:User {dataset: $dataset})-[act:PURCHASED]->()
WITH max(act.at) AS last, min(act.at) AS first
MERGE (run:Run {dataset: $dataset, id: $id})
SET run.kind = 'import', run.source = $source, run.zone = $zone, run.state = 'complete',
    run.at = datetime(), run.first_behaviour_at = first, run.last_behaviour_at = last,
    run.purchase_weight = $purchase_weight, run.redemption_weight = $redemption_weight
RETURN run.id AS id
