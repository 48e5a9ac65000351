// Leiden community of every user of a projection
// parameters: $graph (string), $seed (integer)
// returns: user (string), community (integer)
// access: write
CALL gds.leiden.stream($graph, {relationshipWeightProperty: 'weight', randomSeed: $seed, concurrency: 1})
YIELD nodeId, communityId
RETURN gds.util.asNode(nodeId).id AS user, communityId AS community
