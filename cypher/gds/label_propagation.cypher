// Communities by label propagation
// parameters: $graph (string)
// returns: node (integer), community (integer)
// access: write
CALL gds.labelPropagation.stream($graph, {relationshipWeightProperty: 'weight', maxIterations: 30, concurrency: 1})
YIELD nodeId, communityId
RETURN nodeId AS node, communityId AS community
