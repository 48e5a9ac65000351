// Write the edges of the spreading network
// parameters: $dataset (string), $run (string), $rows (list of {source, edges: list of [target, probability, low, high, trials, similarity]})
// returns: rows (integer)
// access: write
UNWIND $rows AS row
MATCH (source:User {dataset: $dataset, id: row.source})
UNWIND row.edges AS edge
MATCH (target:User {dataset: $dataset, id: edge[0]})
CREATE (source)-[:INFLUENCES {probability: edge[1], low: edge[2], high: edge[3], trials: edge[4], similarity: edge[5], run: $run}]->(target)
RETURN count(*) AS rows
