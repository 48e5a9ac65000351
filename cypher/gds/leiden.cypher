// Leiden communities
// parameters: $graph (string), $seed (integer)
// returns: node (integer), community (integer)
// access: write
CALL gds.leiden.stream($graph, {relationshipWeightProperty: 'weight', randomSeed: $seed, concurrency: 1})
YIELD nodeId, communityId
RETURN nodeId AS node, communityId AS community
