// The end of the first active day of each user before the cut-off
// parameters: $dataset (string), $before (ISO moment with zone), $derived (list of strings, relationship types that are not behaviours)
// returns: user (string), at (seconds since the epoch)
// access: read
MATCH (user:User {dataset: $dataset})-[behaviour]->()
WHERE NOT type(behaviour) IN $derived AND behaviour.at < datetime($before)
WITH user, min(behaviour.at) AS first
RETURN user.id AS user, toFloat((datetime.truncate('day', first) + duration({days: 1})).epochSeconds) AS at
