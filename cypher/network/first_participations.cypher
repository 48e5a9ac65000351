// The first participation of each user in each campaign before the cut-off
// parameters: $dataset (string), $before (ISO moment with zone)
// returns: user (string), campaign (string), at (seconds since the epoch)
// access: read
MATCH (campaign:Campaign {dataset: $dataset})<-[part:PARTICIPATED_IN]-(user:User)
WHERE part.at < datetime($before)
RETURN user.id AS user, campaign.id AS campaign, min(part.at.epochSeconds) AS at
