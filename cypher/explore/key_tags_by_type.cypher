// Which tags are most associated with participation in each type of campaign?
// parameters: $dataset (string), $each (integer)
// returns: kind, rank, tag, strength (1 for the strongest of the type), low, high (95% interval of the strength), times_as_often (participation of users with the tag over users without)
// access: read
// defaults: {"dataset": "complete-journey", "each": 8}
MATCH (run:Run {dataset: $dataset, kind: 'network', state: 'complete'})
WITH run ORDER BY run.cutoff DESC LIMIT 1
MATCH (run)-[key:FOUND_KEY_TAG WHERE key.kind IS NOT NULL AND key.rank <= $each]->(tag:Tag)
RETURN key.kind AS kind, key.rank AS rank, coalesce(tag.text, tag.id) AS tag,
       round(key.strength, 3) AS strength, round(key.low, 3) AS low, round(key.high, 3) AS high,
       round(key.risk_ratio, 2) AS times_as_often
ORDER BY kind, rank
