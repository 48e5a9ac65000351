// CELF with one probability for all edges: the seeds and their cumulative spread
// parameters: $graph (string), $k (integer), $runs (integer), $probability (float), $seed (integer)
// returns: node (integer), score (float)
// access: write
CALL gds.influenceMaximization.celf.stream($graph, {
  seedSetSize: $k, monteCarloSimulations: $runs, propagationProbability: $probability, randomSeed: $seed, concurrency: 1
})
YIELD nodeId, spread
RETURN nodeId AS node, spread AS score
