// The data sets of this database, each with its latest import
// parameters: none
// returns: dataset (string), users (integer), campaigns (integer), imported (ISO moment or null), running (boolean, an import or an undo is in progress)
// access: read
MATCH (run:Run {kind: 'import'}) WHERE run.state <> 'undone'
WITH run.dataset AS dataset, toString(max(run.finished_at)) AS imported,
     any(state IN collect(run.state) WHERE state IN ['running', 'undoing']) AS running
RETURN dataset, COUNT { (:User {dataset: dataset}) } AS users, COUNT { (:Campaign {dataset: dataset}) } AS campaigns,
       imported, running
ORDER BY dataset
