// Write the key tags of all campaigns (kind null) and of each kind of campaign
// parameters: $dataset (string), $run (string), $rows (list of {kind, tag, strength, low, high, risk_ratio, rank})
// returns: rows (integer)
// access: write
MATCH (run:Run {dataset: $dataset, id: $run})
UNWIND $rows AS row
MATCH (tag:Tag {dataset: $dataset, id: row.tag})
CREATE (run)-[key:FOUND_KEY_TAG]->(tag)
SET key = {kind: row.kind, strength: row.strength, low: row.low, high: row.high, risk_ratio: row.risk_ratio, rank: row.rank}
RETURN count(*) AS rows
