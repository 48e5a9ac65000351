// Remove a planned campaign with its forecasts; imported campaigns stay
// parameters: $dataset (string), $id (string)
// returns: id (string)
// access: write
MATCH (campaign:Campaign {dataset: $dataset, id: $id, planned: true}) WHERE campaign.import IS NULL
CALL (campaign) {
  OPTIONAL MATCH (forecast:Forecast)-[:OF]->(campaign)
  DETACH DELETE forecast
}
WITH campaign, campaign.id AS id
DETACH DELETE campaign
RETURN id
