// The edges of a spreading network with the similarity of their ends, one row of lists per source
// parameters: $dataset (string), $run (string)
// returns: source (string), target (list of strings), score (list of floats)
// access: read
MATCH (source:User {dataset: $dataset})-[edge:INFLUENCES {run: $run}]->(target:User)
RETURN source.id AS source, collect(target.id) AS target, collect(coalesce(edge.similarity, 0.0)) AS score
