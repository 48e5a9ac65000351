// Who is likely to take part next, and which groups will they come from?
// parameters: $dataset (string), $campaign (string)
// returns: graph: the campaign's latest forecast, the ten users it expects most, their groups
// access: read
// defaults: {"dataset": "complete-journey", "campaign": "18"}
MATCH (latest:Forecast {dataset: $dataset})-[:OF]->(campaign:Campaign {dataset: $dataset, id: $campaign})
WITH latest, campaign ORDER BY latest.origin DESC, latest.at DESC LIMIT 1
MATCH (latest)-[:MADE_WITH]->(:Run)-[:USED]->(network:Run)
CALL (latest, campaign, network) {
  MATCH drawn = (campaign)<-[:OF]-(latest)-[expects:EXPECTS]->(:User)
  WHERE expects.rank <= 10
  RETURN drawn
UNION
  MATCH (latest)-[expects:EXPECTS]->(user:User)
  WHERE expects.rank <= 10
  MATCH drawn = (user)-[:IN_GROUP {run: network.id}]->(:NeighbourGroup)-[:OF]->(campaign)
  RETURN drawn
}
RETURN drawn
