// The ties between users that a data set states, if any
// parameters: $dataset (string)
// returns: source (string), target (string)
// access: read
MATCH (source:User {dataset: $dataset})-[:KNOWS]->(target:User)
RETURN DISTINCT source.id AS source, target.id AS target ORDER BY source, target
