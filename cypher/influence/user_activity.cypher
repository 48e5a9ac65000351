// On which days each user bought anything
// parameters: $dataset (string), $before (ISO moment with zone)
// returns: user (string), step (ISO date)
MATCH (user:User {dataset: $dataset})-[act:PURCHASED]->()
WHERE act.at < datetime($before)
RETURN DISTINCT user.id AS user, toString(date(act.at)) AS step
