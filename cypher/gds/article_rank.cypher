// ArticleRank (PageRank that trusts users with few edges less)
// parameters: $graph (string)
// returns: node (integer), score (float)
// access: write
CALL gds.articleRank.stream($graph, {relationshipWeightProperty: 'weight', concurrency: 1})
YIELD nodeId, score
RETURN nodeId AS node, score
