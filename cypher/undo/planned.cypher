// List planned campaigns with target users or products that imports added
// parameters: $dataset (string), $imports (list of integer)
// returns: campaign (string)
// access: read
MATCH (campaign:Campaign {dataset: $dataset, planned: true})
WHERE EXISTS { (campaign)-[:TARGETED_BY|PROMOTES]-(node) WHERE node.import IN $imports }
RETURN campaign.id AS campaign ORDER BY campaign
