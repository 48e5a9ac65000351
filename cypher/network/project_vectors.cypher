// Project users with their vectors, for a nearest-neighbour search
// parameters: $dataset (string), $graph (string), $rows (list of {user, vector})
// returns: nodes (integer)
// access: write
UNWIND $rows AS row
MATCH (user:User {dataset: $dataset, id: row.user})
WITH gds.graph.project($graph, user, null, {sourceNodeProperties: {vector: row.vector}, targetNodeProperties: NULL}) AS projection
RETURN projection.nodeCount AS nodes
