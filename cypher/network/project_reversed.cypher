// Project the spreading network with its edges reversed, so that a centrality rewards influencing others
// parameters: $dataset (string), $graph (string), $run (string)
// returns: edges (integer)
MATCH (source:User {dataset: $dataset})-[edge:INFLUENCES {run: $run}]->(target:User)
WITH gds.graph.project($graph, target, source, {relationshipProperties: {weight: edge.probability}}) AS projection
RETURN projection.relationshipCount AS edges
