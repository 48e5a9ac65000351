// Which promoted products did the most participants buy?
// parameters: $dataset (string), $campaign (string), $most (integer)
// returns: product, id, category, participants, quantity, value (both less returns)
// access: read
// defaults: {"dataset": "complete-journey", "campaign": "18", "most": 25}
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})
CALL (campaign) { MATCH (campaign)-[:PROMOTES]->(product) RETURN collect(product) AS promoted }
MATCH (campaign)<-[:PARTICIPATED_IN]-(user:User)
WITH DISTINCT campaign, promoted, user
MATCH (user)-[purchase]->(product:Product)
WHERE (type(purchase) IN ['PURCHASED', 'ORDERED'] OR purchase.returns IN ['PURCHASED', 'ORDERED'])
  AND campaign.starts_at <= purchase.at < campaign.ends_at
WITH user, purchase, product, promoted WHERE product IN promoted
RETURN coalesce(product.name, product.kind, product.id) AS product, product.id AS id, product.category AS category,
       count(DISTINCT CASE WHEN purchase.returns IS NULL THEN user END) AS participants,
       sum(CASE WHEN purchase.returns IS NULL THEN purchase.quantity ELSE -abs(purchase.quantity) END) AS quantity,
       round(sum(CASE WHEN purchase.returns IS NULL THEN purchase.value ELSE -abs(purchase.value) END), 2) AS value
ORDER BY participants DESC LIMIT $most
