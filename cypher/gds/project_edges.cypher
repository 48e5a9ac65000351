// Project a weighted network from a list of edges
// parameters: $graph (string), $edges (list of [source, target, weight])
// returns: nodes (integer)
// access: write
UNWIND $edges AS edge
WITH gds.graph.project($graph, edge[0], edge[1], {relationshipProperties: {weight: edge[2]}}) AS projection
RETURN projection.nodeCount AS nodes
