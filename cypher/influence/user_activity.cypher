// On which days each user did anything, how much money it spent, and whether it used a coupon
// parameters: $dataset (string), $before (ISO moment with zone), $derived (list of strings, relationship types that are no behaviours)
// returns: user (string), and lists with an entry a day: step (ISO dates), value (money), by_coupon (booleans)
// access: read
MATCH (user:User {dataset: $dataset})-[act]->()
WHERE NOT type(act) IN $derived AND act.at < datetime($before)
WITH user, date(act.at) AS step, sum(coalesce(act.value, 0.0)) AS value,
     max(coalesce(act.coupon_discount, 0.0)) > 0 AS by_coupon
// A list a user: a row a day would take most of the time on its way.
RETURN user.id AS user, collect(toString(step)) AS step, collect(value) AS value, collect(by_coupon) AS by_coupon
