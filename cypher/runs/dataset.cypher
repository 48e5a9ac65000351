// A data set: its time zone and country, the range of its behaviours, and an id of its imports
// parameters: $dataset (string)
// returns: import (string, changes with every import and every undo), zone (string), country (string or null, whose holidays its days have: that of the zone unless stated; none for none), first (ISO date), last (ISO date, the last complete day), reason (string or null, why it is not the day of the last behaviour), complete_until (string or null, ISO day or moment, as the mapping states it)
// access: read
MATCH (run:Run {dataset: $dataset, kind: 'import'})
WITH collect(CASE WHEN run.state = 'complete' AND run.loaded > 0 THEN run END) AS complete,
     collect(CASE WHEN run.state = 'complete' AND run.last_day IS NOT NULL THEN run END) AS described,
     sum(CASE WHEN run.state = 'undone' THEN 1 ELSE 0 END) AS undone
WITH undone,
     // Imports of earlier versions do not describe the data set.
     reduce(latest = null, run IN described | CASE WHEN latest IS NULL OR run.number > latest.number THEN run ELSE latest END) AS described,
     reduce(latest = null, run IN complete | CASE WHEN latest IS NULL OR run.number > latest.number THEN run ELSE latest END) AS run,
     reduce(first = null, run IN complete | CASE WHEN first IS NULL OR run.first_behaviour_at < first THEN run.first_behaviour_at ELSE first END) AS first,
     reduce(last = null, run IN complete | CASE WHEN last IS NULL OR run.last_behaviour_at > last THEN run.last_behaviour_at ELSE last END) AS last
WHERE first IS NOT NULL
RETURN run.id + CASE undone WHEN 0 THEN '' ELSE '-' + undone END AS import, run.zone AS zone,
       described.country AS country,
       coalesce(described.first_day, toString(date(first))) AS first, coalesce(described.last_day, toString(date(last))) AS last,
       described.last_day_reason AS reason, described.complete_until AS complete_until
