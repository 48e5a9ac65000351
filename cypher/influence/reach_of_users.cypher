// The hundred strongest influence paths of up to two steps from some users, for drawing
// parameters: $dataset (string), $run (string), $users (list of strings)
// returns: paths to draw
// access: read
MATCH (user:User {dataset: $dataset}) WHERE user.id IN $users
MATCH path = (user)-[:INFLUENCES* 1..2 {run: $run}]->(:User)
RETURN path
ORDER BY reduce(chance = 1.0, edge IN relationships(path) | chance * edge.probability) DESC LIMIT 100
