// ArticleRank: PageRank with less weight on nodes with few edges
// parameters: $graph (string)
// returns: node (integer), score (float)
// access: write
CALL gds.articleRank.stream($graph, {relationshipWeightProperty: 'weight', concurrency: 1})
YIELD nodeId, score
RETURN nodeId AS node, score
