// Project the spreading network without directions, for communities
// parameters: $dataset (string), $graph (string), $run (string)
// returns: edges (integer)
// access: write
MATCH (source:User {dataset: $dataset})-[edge:INFLUENCES {run: $run}]->(target:User)
// In one order, whatever order they lie in: what a seeded algorithm finds depends on it.
WITH source, target, edge ORDER BY source.id, target.id
WITH gds.graph.project($graph, source, target,
  {relationshipType: 'INFLUENCES', relationshipProperties: {weight: edge.probability}},
  {undirectedRelationshipTypes: ['INFLUENCES']}) AS projection
RETURN projection.relationshipCount AS edges
