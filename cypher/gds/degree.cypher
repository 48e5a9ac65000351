// The sum of each user's weights
// parameters: $graph (string)
// returns: node (integer), score (float)
CALL gds.degree.stream($graph, {relationshipWeightProperty: 'weight', concurrency: 1})
YIELD nodeId, score
RETURN nodeId AS node, score
