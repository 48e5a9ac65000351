// Which tags tell best who takes part?
// parameters: $dataset (string), $most (integer)
// returns: tag, strength (1 for the strongest), low, high (its 95% interval), lift (times as often users with it take part), users (who have it)
// access: read
// defaults: {"dataset": "complete-journey", "most": 25}
MATCH (run:Run {dataset: $dataset, kind: 'network', state: 'complete'})
WITH run ORDER BY run.cutoff DESC LIMIT 1
MATCH (run)-[found:FOUND_KEY_TAG WHERE found.kind IS NULL]->(tag:Tag)
RETURN coalesce(tag.text, tag.id) AS tag, round(found.strength, 3) AS strength, round(found.low, 3) AS low,
       round(found.high, 3) AS high, round(found.lift, 2) AS lift,
       COUNT { MATCH (user)-[:HAS_TAG]->(tag) RETURN DISTINCT user } AS users
ORDER BY found.rank LIMIT $most
