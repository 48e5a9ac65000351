// Project the spreading network with reversed edges, so that centralities reward influencing others
// parameters: $dataset (string), $graph (string), $run (string)
// returns: edges (integer)
// access: write
MATCH (source:User {dataset: $dataset})-[edge:INFLUENCES {run: $run}]->(target:User)
// Sorted: the result of a seeded algorithm depends on the order of the edges.
WITH source, target, edge ORDER BY source.id, target.id
WITH gds.graph.project($graph, target, source, {relationshipProperties: {weight: edge.probability}}) AS projection
RETURN projection.relationshipCount AS edges
