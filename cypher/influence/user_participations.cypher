// Which user took part in which campaign on which day
// parameters: $dataset (string), $before (ISO moment with zone)
// returns: campaign (string), user (string), step (ISO date)
MATCH (campaign:Campaign {dataset: $dataset})<-[part:PARTICIPATED_IN]-(user:User)
WHERE part.at < datetime($before)
RETURN DISTINCT campaign.id AS campaign, user.id AS user, toString(date(part.at)) AS step
