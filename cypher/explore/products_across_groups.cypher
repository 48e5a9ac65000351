// Which promoted products do several neighbour groups have in common?
// parameters: $dataset (string), $campaign (string)
// returns: product, id, category, groups (whose participants bought it), buyers
// access: read
// defaults: {"dataset": "complete-journey", "campaign": "18"}
MATCH (run:Run {dataset: $dataset, kind: 'network', state: 'complete'})
WITH run ORDER BY run.cutoff DESC LIMIT 1
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})
CALL (campaign) { MATCH (campaign)-[:PROMOTES]->(product) RETURN collect(product) AS promoted }
MATCH (campaign)<-[:OF]-(group:NeighbourGroup {run: run.id})<-[:IN_GROUP]-(user:User)
WHERE EXISTS { (user)-[:PARTICIPATED_IN]->(campaign) }
WITH DISTINCT campaign, promoted, group, user
MATCH (user)-[purchase:PURCHASED|ORDERED]->(product)
WHERE campaign.starts_at <= purchase.at < campaign.ends_at
WITH group, user, product, promoted WHERE product IN promoted
WITH product, count(DISTINCT group) AS groups, count(DISTINCT user) AS buyers
WHERE groups > 1
RETURN coalesce(product.name, product.kind, product.id) AS product, product.id AS id, product.category AS category, groups, buyers
ORDER BY groups DESC, buyers DESC LIMIT 25
