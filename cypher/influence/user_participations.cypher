// The days or hours in which each user took part in each campaign, with the participations of each
// parameters: $dataset (string), $before (ISO moment with zone), $unit (string, hour or day)
// returns: campaign (string), step (ISO moment of local time), and lists with one entry per user: user (strings), redeemed (booleans, whether by redeeming a coupon), purchases (integers), redemptions (integers), weight (floats, of all participations)
// access: read
MATCH (campaign:Campaign {dataset: $dataset})<-[part:PARTICIPATED_IN]-(user:User)
WHERE part.at < datetime($before)
WITH campaign, user, localdatetime.truncate($unit, part.at) AS step,
     sum(CASE part.behaviour WHEN 'PURCHASED' THEN 1 ELSE 0 END) AS purchases,
     sum(CASE part.behaviour WHEN 'REDEEMED' THEN 1 ELSE 0 END) AS redemptions,
     sum(part.weight) AS weight
// One row of lists per step: transferring a row per user and step would take most of the time.
WITH campaign, step, collect(user.id) AS user, collect(redemptions > 0) AS redeemed, collect(purchases) AS purchases,
     collect(redemptions) AS redemptions, collect(weight) AS weight
RETURN campaign.id AS campaign, toString(step) AS step, user, redeemed, purchases, redemptions, weight
ORDER BY campaign, step
