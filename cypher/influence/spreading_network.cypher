// The edges of a spreading network
// parameters: $dataset (string), $run (string)
// returns: source (string), target (string), probability (float)
// access: read
MATCH (source:User {dataset: $dataset})-[edge:INFLUENCES {run: $run}]->(target:User)
RETURN source.id AS source, target.id AS target, edge.probability AS probability
