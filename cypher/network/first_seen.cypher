// The first active day of each user (its start, UTC) before the cut-off
// parameters: $dataset (string), $before (ISO moment with zone), $derived (list of strings, relationship types that are not behaviours)
// returns: user (string), at (seconds since the epoch)
// access: read
MATCH (user:User {dataset: $dataset})-[behaviour]->()
WHERE NOT type(behaviour) IN $derived AND behaviour.at < datetime($before)
RETURN user.id AS user, toFloat(min(behaviour.at.epochSeconds) / 86400 * 86400) AS at
