// The edges of a network run's spreading network and how similar their ends are, a list a user
// parameters: $dataset (string), $run (string)
// returns: source (string), target (list of strings), score (list of floats)
// access: read
MATCH (source:User {dataset: $dataset})-[edge:INFLUENCES {run: $run}]->(target:User)
RETURN source.id AS source, collect(target.id) AS target, collect(coalesce(edge.similarity, 0.0)) AS score
