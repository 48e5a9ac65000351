// The users whom each campaign targeted before the cut-off
// parameters: $dataset (string), $before (ISO moment with zone)
// returns: user (string), campaign (string), at (seconds since the epoch)
// access: read
MATCH (campaign:Campaign {dataset: $dataset})<-[reached:TARGETED_BY]-(user:User)
WHERE reached.at < datetime($before)
RETURN user.id AS user, campaign.id AS campaign, reached.at.epochSeconds AS at
