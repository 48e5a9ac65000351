// The active days or hours of each user, with spending and use of coupons
// parameters: $dataset (string), $before (ISO moment with zone), $derived (list of strings, relationship types that are not behaviours), $unit (string, hour or day)
// returns: step (ISO moment of local time), and lists with one entry per active user: user (strings), value (money, less returns), by_coupon (booleans)
// access: read
MATCH (user:User {dataset: $dataset})-[behaviour]->()
WHERE NOT type(behaviour) IN $derived AND behaviour.at < datetime($before)
WITH user, localdatetime.truncate($unit, behaviour.at) AS step, 
     sum(CASE WHEN behaviour.returns IS NULL THEN coalesce(behaviour.value, 0.0) ELSE -abs(coalesce(behaviour.value, 0.0)) END) AS value,
     max(coalesce(behaviour.coupon_discount, 0.0)) > 0 AS by_coupon
// One row of lists per step: transferring a row per user and step would take most of the time.
WITH step, collect(user.id) AS user, collect(value) AS value, collect(by_coupon) AS by_coupon
RETURN toString(step) AS step, user, value, by_coupon
ORDER BY step
