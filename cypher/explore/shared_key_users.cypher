// Which key users do two campaigns share?
// parameters: $dataset (string), $campaign (string), $other (string)
// returns: graph: both campaigns and their shared key users
// access: read
// defaults: {"dataset": "complete-journey", "campaign": "18", "other": "13"}
MATCH (run:Run {dataset: $dataset, kind: 'network', state: 'complete'})
WITH run ORDER BY run.cutoff DESC LIMIT 1
MATCH first = (user:User)-[:KEY_USER_OF {run: run.id}]->(:Campaign {dataset: $dataset, id: $campaign})
MATCH second = (user)-[:KEY_USER_OF {run: run.id}]->(:Campaign {dataset: $dataset, id: $other})
RETURN first, second LIMIT 25
