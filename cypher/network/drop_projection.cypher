// Drop a projection if it exists
// parameters: $graph (string)
// returns: graph (string)
// access: write
CALL gds.graph.drop($graph, false) YIELD graphName
RETURN graphName AS graph
