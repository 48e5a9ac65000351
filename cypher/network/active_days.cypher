// The activity of each user on each day before the cut-off
// parameters: $dataset (string), $before (ISO moment with zone), $derived (list of strings, relationship types that are not behaviours)
// returns: user (string), and lists with one entry per day: day (integer, days since 1970-01-01 in the zone of the data), behaviours (integer, without returns), value and discount (money, less returns)
// access: read
MATCH (user:User {dataset: $dataset})-[behaviour]->()
WHERE NOT type(behaviour) IN $derived AND behaviour.at < datetime($before)
// Whole numbers are faster than dates.
WITH user, (behaviour.at.epochSeconds + behaviour.at.offsetSeconds) / 86400 AS day,
     sum(CASE WHEN behaviour.returns IS NULL THEN 1 ELSE 0 END) AS behaviours,
     sum(CASE WHEN behaviour.returns IS NULL THEN coalesce(behaviour.value, 0.0) ELSE -abs(coalesce(behaviour.value, 0.0)) END) AS value,
     sum(CASE WHEN behaviour.returns IS NULL THEN coalesce(behaviour.discount, 0.0) ELSE -abs(coalesce(behaviour.discount, 0.0)) END) AS discount
// One row of lists per user: transferring a row per day would take most of the time.
RETURN user.id AS user, collect(day) AS day, collect(behaviours) AS behaviours, collect(value) AS value, collect(discount) AS discount
