// Which tags tell best who takes part?
// parameters: $dataset (string), $most (integer)
// returns: tag, strength, users (who have it)
// defaults: {"dataset": "complete-journey", "most": 25}
MATCH (run:Run {dataset: $dataset, kind: 'network', state: 'complete'})
WITH run ORDER BY run.cutoff DESC LIMIT 1
MATCH (run)-[found:FOUND_KEY_TAG]->(tag:Tag)
RETURN coalesce(tag.text, tag.id) AS tag, round(found.strength, 4) AS strength,
       COUNT { MATCH (user)-[:HAS_TAG]->(tag) RETURN DISTINCT user } AS users
ORDER BY found.rank LIMIT $most
