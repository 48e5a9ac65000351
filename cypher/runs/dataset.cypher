// What is known of a data set: its zone and the span of its behaviours
// parameters: $dataset (string)
// returns: import (string), zone (string), first (ISO date), last (ISO date)
MATCH (run:Run {dataset: $dataset, kind: 'import'})
RETURN run.id AS import, run.zone AS zone,
       toString(date(run.first_behaviour_at)) AS first, toString(date(run.last_behaviour_at)) AS last
ORDER BY run.at DESC LIMIT 1
