// Betweenness centrality
// parameters: $graph (string)
// returns: node (integer), score (float)
// access: write
CALL gds.betweenness.stream($graph, {concurrency: 1})
YIELD nodeId, score
RETURN nodeId AS node, score
