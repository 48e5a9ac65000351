// Who is likely to take part next, and which groups will they come from?
// parameters: $dataset (string), $campaign (string)
// returns: graph: the campaign's latest forecast, the ten users it expects most, their groups
// defaults: {"dataset": "complete-journey", "campaign": "18"}
MATCH (latest:Forecast {dataset: $dataset})-[:OF]->(campaign:Campaign {dataset: $dataset, id: $campaign})
WITH latest, campaign ORDER BY latest.origin DESC, latest.at DESC LIMIT 1
MATCH expected = (campaign)<-[:OF]-(latest)-[expects:EXPECTS]->(user:User)
WHERE expects.rank <= 10
OPTIONAL MATCH (latest)-[:MADE_WITH]->(:Run)-[:USED]->(network:Run)
OPTIONAL MATCH member = (user)-[:IN_GROUP {run: network.id}]->(:NeighbourGroup)-[:OF]->(campaign)
RETURN expected, member
