// Participants, redeemers, behaviours by kind, key-user activity and participation weight per day of a campaign
// parameters: $dataset (string), $campaign (string), $run (string), $before (ISO moment with zone)
// returns: step (ISO date), participants (integer), redeemers (integer), purchases (integer), redemptions (integer), key_users (integer), weight (float)
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})<-[part:PARTICIPATED_IN]-(user:User)
WHERE part.at < datetime($before)
WITH campaign, user, date(part.at) AS step,
     sum(CASE part.behaviour WHEN 'PURCHASED' THEN 1 ELSE 0 END) AS purchases,
     sum(CASE part.behaviour WHEN 'REDEEMED' THEN 1 ELSE 0 END) AS redemptions,
     sum(part.weight) AS weight
WITH step, purchases, redemptions, weight,
     EXISTS { (user)-[:KEY_USER_OF {run: $run}]->(campaign) } AS is_key
RETURN toString(step) AS step, count(*) AS participants,
       sum(CASE WHEN redemptions > 0 THEN 1 ELSE 0 END) AS redeemers,
       sum(purchases) AS purchases, sum(redemptions) AS redemptions,
       sum(CASE WHEN is_key THEN 1 ELSE 0 END) AS key_users,
       sum(weight) AS weight
ORDER BY step
