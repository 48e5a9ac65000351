// Whom some users influence, and whom these influence: the strongest hundred paths, to be drawn
// parameters: $dataset (string), $run (string), $users (list of string)
// returns: paths to draw
// access: read
MATCH (user:User {dataset: $dataset}) WHERE user.id IN $users
MATCH path = (user)-[:INFLUENCES* 1..2 {run: $run}]->(:User)
RETURN path
ORDER BY reduce(chance = 1.0, edge IN relationships(path) | chance * edge.probability) DESC LIMIT 100
