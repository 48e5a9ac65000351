// Write the behaviour tags of users for a run
// parameters: $dataset (string), $run (string), $rows (list of {user, tag, weight})
// returns: rows (integer)
// access: write
UNWIND $rows AS row
MATCH (user:User {dataset: $dataset, id: row.user})
MATCH (tag:Tag {dataset: $dataset, id: row.tag})
CREATE (user)-[:HAS_TAG {weight: row.weight, source: 'behaviour', run: $run}]->(tag)
RETURN count(*) AS rows
