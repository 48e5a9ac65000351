// Remove a campaign that was planned here, with what was forecast of it; one that came with an import stays
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
