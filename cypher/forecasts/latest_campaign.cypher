// The campaign with the latest forecast
// parameters: $dataset (string)
// returns: campaign (string)
// access: read
MATCH (forecast:Forecast {dataset: $dataset})-[:OF]->(campaign:Campaign)
RETURN campaign.id AS campaign
ORDER BY forecast.at DESC LIMIT 1
