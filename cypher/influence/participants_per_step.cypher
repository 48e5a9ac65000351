// The participants of a campaign by hour, day, week or month, without exposure; steps without participants are left out
// parameters: $dataset (string), $campaign (string), $run (string), $before (ISO moment with zone), $unit (string, hour, day, week or month)
// returns: step (ISO moment of local time), participants (integer), redeemers (integer), purchases (integer), redemptions (integer), key_users (integer), weight (float, of the participations), level (float, the same)
// access: read
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})<-[part:PARTICIPATED_IN]-(user:User)
WHERE part.at < datetime($before)
WITH campaign, user, localdatetime.truncate($unit, part.at) AS step,
     sum(CASE part.behaviour WHEN 'PURCHASED' THEN 1 ELSE 0 END) AS purchases,
     sum(CASE part.behaviour WHEN 'REDEEMED' THEN 1 ELSE 0 END) AS redemptions, sum(part.weight) AS weight
WITH step, purchases, redemptions, weight, EXISTS { (user)-[:KEY_USER_OF {run: $run}]->(campaign) } AS is_key
RETURN toString(step) AS step, count(*) AS participants, sum(CASE WHEN redemptions > 0 THEN 1 ELSE 0 END) AS redeemers,
       sum(purchases) AS purchases, sum(redemptions) AS redemptions, sum(CASE WHEN is_key THEN 1 ELSE 0 END) AS key_users,
       sum(weight) AS weight, sum(weight) AS level
ORDER BY step
