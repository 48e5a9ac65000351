// The days or hours in which each user took part in each campaign, with the participations of each
// parameters: $dataset (string), $before (ISO moment with zone), $unit (string, hour or day)
// returns: campaign (string), user (string), step (ISO moment of local time), redeemed (boolean, whether by redeeming a coupon), purchases (integer), redemptions (integer), weight (float, of all participations)
// access: read
MATCH (campaign:Campaign {dataset: $dataset})<-[part:PARTICIPATED_IN]-(user:User)
WHERE part.at < datetime($before)
WITH campaign, user, localdatetime.truncate($unit, part.at) AS step,
     sum(CASE part.behaviour WHEN 'PURCHASED' THEN 1 ELSE 0 END) AS purchases,
     sum(CASE part.behaviour WHEN 'REDEEMED' THEN 1 ELSE 0 END) AS redemptions,
     sum(part.weight) AS weight
RETURN campaign.id AS campaign, user.id AS user, toString(step) AS step, redemptions > 0 AS redeemed,
       purchases, redemptions, weight
ORDER BY campaign, user, step
