// On which days (UTC) each user did anything before the cut-off
// parameters: $dataset (string), $before (ISO moment with zone), $derived (list of strings, relationship types that are no behaviours)
// returns: user (string), at (list of seconds since the epoch, each the beginning of a day)
MATCH (user:User {dataset: $dataset})-[act]->()
WHERE NOT type(act) IN $derived AND act.at < datetime($before)
WITH user, act.at.epochSeconds / 86400 * 86400 AS at
// A list a user: a row a day would take most of the time on its way.
RETURN user.id AS user, collect(DISTINCT at) AS at
