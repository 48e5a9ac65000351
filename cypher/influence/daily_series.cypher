// Participants and redeemers of every campaign by day; days without participants are left out
// parameters: $dataset (string), $before (ISO moment with zone)
// returns: campaign (string), step (ISO date), participants (integer), redeemers (integer)
// access: read
MATCH (campaign:Campaign {dataset: $dataset})<-[part:PARTICIPATED_IN]-(user:User)
WHERE part.at < datetime($before)
WITH campaign, user, date(part.at) AS step, max(CASE part.behaviour WHEN 'REDEEMED' THEN 1 ELSE 0 END) AS redeemed
RETURN campaign.id AS campaign, toString(step) AS step, count(*) AS participants, sum(redeemed) AS redeemers
ORDER BY campaign, step
