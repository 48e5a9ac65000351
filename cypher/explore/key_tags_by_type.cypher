// Which tags tell best who takes part in each type of campaign?
// parameters: $dataset (string), $each (integer)
// returns: kind, rank, tag, strength (1 for the strongest of the type), low, high (its 95% interval), lift (times as often users with it take part)
// access: read
// defaults: {"dataset": "complete-journey", "each": 8}
MATCH (run:Run {dataset: $dataset, kind: 'network', state: 'complete'})
WITH run ORDER BY run.cutoff DESC LIMIT 1
MATCH (run)-[found:FOUND_KEY_TAG WHERE found.kind IS NOT NULL AND found.rank <= $each]->(tag:Tag)
RETURN found.kind AS kind, found.rank AS rank, coalesce(tag.text, tag.id) AS tag,
       round(found.strength, 3) AS strength, round(found.low, 3) AS low, round(found.high, 3) AS high,
       round(found.lift, 2) AS lift
ORDER BY kind, rank
