// PageRank of every user of a projection
// parameters: $graph (string)
// returns: user (string), score (float)
// access: write
CALL gds.pageRank.stream($graph, {relationshipWeightProperty: 'weight', concurrency: 1})
YIELD nodeId, score
RETURN gds.util.asNode(nodeId).id AS user, score
