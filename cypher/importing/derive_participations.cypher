// Derive who took part in a campaign: a targeted user's purchase of a promoted product, or a redemption, inside its window; one participation per user, moment and behaviour
// parameters: $dataset (string), $campaign (string), $purchase_weight (float), $redemption_weight (float)
// returns: rows (integer)
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})
// A list of the promoted products is searched by hash; asking the graph per purchase is four times slower.
CALL (campaign) { MATCH (campaign)-[:PROMOTES]->(product) RETURN collect(product) AS promoted }
CALL (campaign, promoted) {
  MATCH (campaign)<-[:TARGETED_BY]-(user:User)-[act:PURCHASED]->(product)
  WHERE campaign.starts_at <= act.at < campaign.ends_at AND product IN promoted
  RETURN DISTINCT user, act.at AS at, 'PURCHASED' AS behaviour, $purchase_weight AS weight
UNION
  MATCH (campaign)<-[:TARGETED_BY]-(user:User)-[act:REDEEMED {campaign: campaign.id}]->(:Coupon)
  WHERE campaign.starts_at <= act.at < campaign.ends_at
  RETURN DISTINCT user, act.at AS at, 'REDEEMED' AS behaviour, $redemption_weight AS weight
}
CREATE (user)-[:PARTICIPATED_IN {at: at, behaviour: behaviour, weight: weight}]->(campaign)
RETURN count(*) AS rows
