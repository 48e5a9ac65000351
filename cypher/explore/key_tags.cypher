// Which tags are most associated with participation?
// parameters: $dataset (string), $most (integer)
// returns: tag, strength (1 for the strongest), low, high (95% interval of the strength), times_as_often (participation of users with the tag over users without), users (with the tag)
// access: read
// defaults: {"dataset": "complete-journey", "most": 25}
MATCH (run:Run {dataset: $dataset, kind: 'network', state: 'complete'})
WITH run ORDER BY run.cutoff DESC LIMIT 1
MATCH (run)-[key:FOUND_KEY_TAG WHERE key.kind IS NULL]->(tag:Tag)
RETURN coalesce(tag.text, tag.id) AS tag, round(key.strength, 3) AS strength, round(key.low, 3) AS low,
       round(key.high, 3) AS high, round(key.risk_ratio, 2) AS times_as_often,
       COUNT { MATCH (user)-[:HAS_TAG]->(tag) RETURN DISTINCT user } AS users
ORDER BY key.rank LIMIT $most
