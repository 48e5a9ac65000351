// What the users a campaign reached did with its products on each day before it began
// parameters: $dataset (string), $campaign (string), $run (string), $before (ISO moment with zone)
// returns: step (ISO date), participants (integer), purchases (integer), key_users (integer)
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})
CALL (campaign) { MATCH (campaign)-[:PROMOTES]->(product) RETURN collect(product) AS promoted }
MATCH (campaign)<-[:TARGETED_BY]-(user:User)-[act:PURCHASED]->(product)
WHERE act.at < campaign.starts_at AND act.at < datetime($before) AND product IN promoted
WITH campaign, user, date(act.at) AS step, count(DISTINCT act.at) AS purchases
WITH step, purchases, EXISTS { (user)-[:KEY_USER_OF {run: $run}]->(campaign) } AS is_key
RETURN toString(step) AS step, count(*) AS participants, sum(purchases) AS purchases,
       sum(CASE WHEN is_key THEN 1 ELSE 0 END) AS key_users
ORDER BY step
