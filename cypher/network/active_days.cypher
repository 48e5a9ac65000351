// What each user did on each day (UTC) before the cut-off
// parameters: $dataset (string), $before (ISO moment with zone), $derived (list of strings, relationship types that are no behaviours)
// returns: user (string), and lists with an entry a day: at (seconds since the epoch, the beginning of the day), acts (integer), value (money), discount (money)
// access: read
MATCH (user:User {dataset: $dataset})-[act]->()
WHERE NOT type(act) IN $derived AND act.at < datetime($before)
WITH user, act.at.epochSeconds / 86400 * 86400 AS at,
     count(*) AS acts, sum(coalesce(act.value, 0.0)) AS value, sum(coalesce(act.discount, 0.0)) AS discount
// A list a user: a row a day would take most of the time on its way.
RETURN user.id AS user, collect(at) AS at, collect(acts) AS acts, collect(value) AS value, collect(discount) AS discount
