// A campaign, if its id exists
// parameters: $dataset (string), $campaign (string)
// returns: campaign (string)
// access: read
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})
RETURN campaign.id AS campaign
