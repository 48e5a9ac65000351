// The similar users of each user in a network run, one row of lists per user
// parameters: $dataset (string), $run (string)
// returns: source (string), target (list of strings), score (list of floats)
// access: read
MATCH (source:User {dataset: $dataset})-[similar:SIMILAR_TO {run: $run}]->(target:User)
RETURN source.id AS source, collect(target.id) AS target, collect(similar.score) AS score
