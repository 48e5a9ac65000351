// Write which tags carry information about participation
// parameters: $dataset (string), $run (string), $rows (list of {tag, strength, rank})
// returns: rows (integer)
MATCH (run:Run {dataset: $dataset, id: $run})
UNWIND $rows AS row
MATCH (tag:Tag {dataset: $dataset, id: row.tag})
CREATE (run)-[:FOUND_KEY_TAG {strength: row.strength, rank: row.rank}]->(tag)
RETURN count(*) AS rows
