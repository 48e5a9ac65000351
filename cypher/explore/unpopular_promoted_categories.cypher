// Which promoted categories did participants hardly buy?
// parameters: $dataset (string), $campaign (string)
// returns: category, promoted_products, bought_products, share
// access: read
// defaults: {"dataset": "complete-journey", "campaign": "18"}
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})
CALL (campaign) { MATCH (campaign)-[:PROMOTES]->(product) RETURN collect(product) AS promoted }
CALL (campaign, promoted) {
  MATCH (campaign)<-[:PARTICIPATED_IN]-(user:User)
  WITH DISTINCT campaign, promoted, user
  MATCH (user)-[purchase:PURCHASED|ORDERED]->(product)
  WHERE campaign.starts_at <= purchase.at < campaign.ends_at
  WITH product, promoted WHERE product IN promoted
  RETURN collect(DISTINCT product) AS bought
}
UNWIND promoted AS product
WITH coalesce(product.category, '(none)') AS category, count(*) AS n, sum(CASE WHEN product IN bought THEN 1 ELSE 0 END) AS m
WHERE n >= 20
RETURN category, n AS promoted_products, m AS bought_products, round(100.0 * m / n, 1) + ' %' AS share
ORDER BY 1.0 * m / n, n DESC LIMIT 25
