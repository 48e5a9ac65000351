// The days on which each user took part in each campaign, and whether by redeeming a coupon
// parameters: $dataset (string), $before (ISO moment with zone)
// returns: campaign (string), user (string), step (ISO date), redeemed (boolean)
// access: read
MATCH (campaign:Campaign {dataset: $dataset})<-[part:PARTICIPATED_IN]-(user:User)
WHERE part.at < datetime($before)
WITH campaign, user, date(part.at) AS step, collect(DISTINCT part.behaviour) AS behaviours
RETURN campaign.id AS campaign, user.id AS user, toString(step) AS step, 'REDEEMED' IN behaviours AS redeemed
ORDER BY campaign, user, step
