// Write the edges of the spreading network
// parameters: $dataset (string), $run (string), $rows (list of {source, edges: list of [target, probability, trials]})
// returns: rows (integer)
UNWIND $rows AS row
MATCH (source:User {dataset: $dataset, id: row.source})
UNWIND row.edges AS edge
MATCH (target:User {dataset: $dataset, id: edge[0]})
CREATE (source)-[:INFLUENCES {probability: edge[1], trials: edge[2], run: $run}]->(target)
RETURN count(*) AS rows
