// Create a planned campaign with its window, users and products, unless its id exists
// parameters: $dataset (string), $id (string), $title (string), $kind (string or null), $zone (string), $starts (ISO moment with zone), $ends (ISO moment with zone), $users (list of strings), $products (list of strings)
// returns: id (string); no row if the id exists
// access: write
OPTIONAL MATCH (existing:Campaign {dataset: $dataset, id: $id})
WITH existing WHERE existing IS NULL
CREATE (campaign:Campaign {dataset: $dataset, id: $id, name: $title, kind: $kind, zone: $zone, planned: true,
                           starts_at: datetime($starts), ends_at: datetime($ends)})
WITH campaign
CALL (campaign) {
  UNWIND $users AS id
  MATCH (user:User {dataset: $dataset, id: id})
  CREATE (user)-[:TARGETED_BY {at: campaign.starts_at}]->(campaign)
}
CALL (campaign) {
  UNWIND $products AS id
  MATCH (product:Product {dataset: $dataset, id: id})
  CREATE (campaign)-[:PROMOTES]->(product)
}
RETURN campaign.id AS id
