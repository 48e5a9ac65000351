// What did a user do, and which campaigns targeted them?
// parameters: $dataset (string), $user (string), $most (integer)
// returns: at, event, object (campaign or product), detail (behaviour or value)
// access: read
// defaults: {"dataset": "complete-journey", "user": "1", "most": 25}
MATCH (user:User {dataset: $dataset, id: $user})
CALL (user) {
  MATCH (user)-[link:TARGETED_BY|PARTICIPATED_IN]->(campaign:Campaign)
  RETURN link.at AS at, type(link) AS event, campaign.name AS object, link.behaviour AS detail
UNION ALL
  MATCH (user)-[link]->(product:Product) WHERE link.at IS NOT NULL
  WITH link, product ORDER BY link.at DESC LIMIT $most
  RETURN link.at AS at, type(link) AS event, coalesce(product.name, product.kind, product.id) AS object, toString(link.value) AS detail
}
RETURN toString(localdatetime.truncate('minute', at)) AS at, event, object, detail ORDER BY at DESC
