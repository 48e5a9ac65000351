// The similar users of one run
// parameters: $run (string), $dataset (string)
// returns: user (string), other (string), score (float)
MATCH (user:User {dataset: $dataset})-[similar:SIMILAR_TO {run: $run}]->(other)
RETURN user.id AS user, other.id AS other, similar.score AS score
ORDER BY user, other
