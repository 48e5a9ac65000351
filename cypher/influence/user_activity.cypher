// On which days each user did anything
// parameters: $dataset (string), $before (ISO moment with zone), $derived (list of strings, relationship types that are no behaviours)
// returns: user (string), step (list of ISO dates)
MATCH (user:User {dataset: $dataset})-[act]->()
WHERE NOT type(act) IN $derived AND act.at < datetime($before)
// A list a user: a row a day would take most of the time on its way.
RETURN user.id AS user, collect(DISTINCT toString(date(act.at))) AS step
