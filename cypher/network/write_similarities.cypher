// Connect each user to the users with the nearest vectors (GDS kNN, cosine)
// parameters: $graph (string), $run (string), $neighbours (integer), $seed (integer)
// returns: rows (integer)
CALL gds.knn.stream($graph, {
  nodeProperties: {vector: 'COSINE'}, topK: $neighbours, sampleRate: 1.0, deltaThreshold: 0.0,
  maxIterations: 20, randomSeed: $seed, concurrency: 1
})
YIELD node1, node2, similarity
WITH gds.util.asNode(node1) AS user, gds.util.asNode(node2) AS other, similarity
CREATE (user)-[:SIMILAR_TO {score: similarity, run: $run}]->(other)
RETURN count(*) AS rows
