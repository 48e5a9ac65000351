// The nearest neighbours of each user by the cosine of their vectors (GDS kNN)
// parameters: $graph (string), $neighbours (integer), $seed (integer)
// returns: user (string), other (string), score (float)
// access: write
CALL gds.knn.stream($graph, {
  nodeProperties: {vector: 'COSINE'}, topK: $neighbours, sampleRate: 1.0, deltaThreshold: 0.0,
  maxIterations: 20, randomSeed: $seed, concurrency: 1
})
YIELD node1, node2, similarity
RETURN gds.util.asNode(node1).id AS user, gds.util.asNode(node2).id AS other, similarity AS score
ORDER BY user, other
