// What did a user do, and which campaigns targeted them?
// parameters: $dataset (string), $user (string), $most (integer)
// returns: at, event, object (campaign or product), detail (behaviour or value)
// access: read
// defaults: {"dataset": "complete-journey", "user": "1", "most": 25}
MATCH (user:User {dataset: $dataset, id: $user})
CALL (user) {
  MATCH (user)-[act:TARGETED_BY|PARTICIPATED_IN]->(campaign:Campaign)
  RETURN act.at AS at, type(act) AS event, campaign.name AS object, act.behaviour AS detail
UNION ALL
  MATCH (user)-[act]->(product:Product) WHERE act.at IS NOT NULL
  WITH act, product ORDER BY act.at DESC LIMIT $most
  RETURN act.at AS at, type(act) AS event, coalesce(product.name, product.kind, product.id) AS object, toString(act.value) AS detail
}
RETURN toString(localdatetime.truncate('minute', at)) AS at, event, object, detail ORDER BY at DESC
