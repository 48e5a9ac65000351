// Weighted out-degree
// parameters: $graph (string)
// returns: node (integer), score (float)
// access: write
CALL gds.degree.stream($graph, {relationshipWeightProperty: 'weight', concurrency: 1})
YIELD nodeId, score
RETURN nodeId AS node, score
