// Purchases of promoted products by users targeted before the cut-off, before and during the campaign, one row of lists per user; a campaign to come has those whom it targets up to its first day
// parameters: $dataset (string), $campaign (string), $before (ISO moment with zone), $types (list of string: PURCHASED, and the types that take it back)
// returns: user (string), and lists with one entry per day: step (ISO dates), purchases (integers, without returns), value (money, less returns), by_coupon (booleans)
// access: read
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})
CALL (campaign) { MATCH (campaign)-[:PROMOTES]->(product) RETURN collect(product) AS promoted }
MATCH (campaign)<-[reached:TARGETED_BY]-(user:User)
WHERE reached.at < datetime($before)
   OR (campaign.starts_at >= datetime($before) AND date(reached.at) <= date(campaign.starts_at))
MATCH (user)-[purchase:$any($types)]->(product)
WHERE purchase.at < campaign.ends_at AND purchase.at < datetime($before) AND product IN promoted
WITH user, date(purchase.at) AS step, 
     count(DISTINCT CASE WHEN purchase.returns IS NULL THEN purchase.at END) AS purchases,
     sum(CASE WHEN purchase.returns IS NULL THEN coalesce(purchase.value, 0.0) ELSE -abs(coalesce(purchase.value, 0.0)) END) AS value,
     max(coalesce(purchase.coupon_discount, 0.0)) > 0 AS by_coupon
ORDER BY user.id, step
// One row of lists per user: transferring a row per day would take most of the time.
RETURN user.id AS user, collect(toString(step)) AS step, collect(purchases) AS purchases,
       collect(value) AS value, collect(by_coupon) AS by_coupon
