// Connect each user to similar users
// parameters: $dataset (string), $run (string), $rows (list of {user, others: list of [other, score]})
// returns: rows (integer)
// access: write
UNWIND $rows AS row
MATCH (user:User {dataset: $dataset, id: row.user})
UNWIND row.others AS pair
MATCH (other:User {dataset: $dataset, id: pair[0]})
CREATE (user)-[:SIMILAR_TO {score: pair[1], run: $run}]->(other)
RETURN count(*) AS rows
