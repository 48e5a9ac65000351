// k-core decomposition: the core value of each node
// parameters: $graph (string)
// returns: node (integer), score (float)
// access: write
CALL gds.kcore.stream($graph, {concurrency: 1})
YIELD nodeId, coreValue
RETURN nodeId AS node, toFloat(coreValue) AS score
