// Node2Vec: an embedding of each node by random walks
// parameters: $graph (string), $width (integer), $seed (integer)
// returns: node (integer), vector (list of floats)
// access: write
CALL gds.node2vec.stream($graph, {
  embeddingDimension: $width, walkLength: 40, walksPerNode: 5, relationshipWeightProperty: 'weight',
  randomSeed: $seed, concurrency: 4
})
YIELD nodeId, embedding
RETURN nodeId AS node, embedding AS vector
