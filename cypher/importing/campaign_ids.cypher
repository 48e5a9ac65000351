// List the ids of campaigns that stand when some imports are undone
// parameters: $dataset (string), $replaced (list of integer, imports)
// returns: id (string)
// access: read
MATCH (campaign:Campaign {dataset: $dataset})
WHERE campaign.import IS NULL OR NOT campaign.import IN $replaced
RETURN campaign.id AS id
