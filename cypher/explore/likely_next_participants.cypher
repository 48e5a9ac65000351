// Who is likely to take part next, and which neighbour groups are they in?
// parameters: $dataset (string), $campaign (string)
// returns: graph: the campaign's latest forecast, the ten most likely users and their neighbour groups
// access: read
// defaults: {"dataset": "complete-journey", "campaign": "18"}
MATCH (latest:Forecast {dataset: $dataset})-[:OF]->(campaign:Campaign {dataset: $dataset, id: $campaign})
WITH latest, campaign ORDER BY latest.origin DESC, latest.at DESC LIMIT 1
MATCH (latest)-[:MADE_WITH]->(:Run)-[:USED]->(network:Run)
CALL (latest, campaign, network) {
  MATCH path = (campaign)<-[:OF]-(latest)-[expects:EXPECTS]->(:User)
  WHERE expects.rank <= 10
  RETURN path
UNION
  MATCH (latest)-[expects:EXPECTS]->(user:User)
  WHERE expects.rank <= 10
  MATCH path = (user)-[:IN_GROUP {run: network.id}]->(:NeighbourGroup)-[:OF]->(campaign)
  RETURN path
}
RETURN path
