// Write which tags carry information about participation: in all campaigns (kind null), and in those of a kind
// parameters: $dataset (string), $run (string), $rows (list of {kind, tag, strength, low, high, lift, rank})
// returns: rows (integer)
// access: write
MATCH (run:Run {dataset: $dataset, id: $run})
UNWIND $rows AS row
MATCH (tag:Tag {dataset: $dataset, id: row.tag})
CREATE (run)-[found:FOUND_KEY_TAG]->(tag)
SET found = {kind: row.kind, strength: row.strength, low: row.low, high: row.high, lift: row.lift, rank: row.rank}
RETURN count(*) AS rows
