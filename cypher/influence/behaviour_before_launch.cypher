// What each user a campaign reached did with its products before it began, a list a user
// parameters: $dataset (string), $campaign (string), $before (ISO moment with zone)
// returns: user (string), step (list of ISO dates), purchases (list of integers, one per step)
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})
CALL (campaign) { MATCH (campaign)-[:PROMOTES]->(product) RETURN collect(product) AS promoted }
MATCH (campaign)<-[:TARGETED_BY]-(user:User)-[act:PURCHASED]->(product)
WHERE act.at < campaign.starts_at AND act.at < datetime($before) AND product IN promoted
WITH user, date(act.at) AS step, count(DISTINCT act.at) AS purchases
ORDER BY user.id, step
// A list a user: a row a day would take most of the time on its way.
RETURN user.id AS user, collect(toString(step)) AS step, collect(purchases) AS purchases
