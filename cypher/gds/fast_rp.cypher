// FastRP: an embedding of each node by weighted random projections
// parameters: $graph (string), $width (integer), $seed (integer)
// returns: node (integer), vector (list of floats)
// access: write
CALL gds.fastRP.stream($graph, {
  embeddingDimension: $width, iterationWeights: [0.0, 1.0, 1.0], relationshipWeightProperty: 'weight',
  randomSeed: $seed, concurrency: 1
})
YIELD nodeId, embedding
RETURN nodeId AS node, embedding AS vector
