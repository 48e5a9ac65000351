// Whom a network run found similar to each user, and how similar
// parameters: $dataset (string), $run (string)
// returns: source (string), target (list of strings), score (list of floats)
// access: read
MATCH (source:User {dataset: $dataset})-[similar:SIMILAR_TO {run: $run}]->(target:User)
RETURN source.id AS source, collect(target.id) AS target, collect(similar.score) AS score
