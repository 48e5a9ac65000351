// Which campaigns moved the same people?
// parameters: $dataset (string), $campaign (string)
// returns: campaign, participants, also_in_this, share (of its participants)
// access: read
// defaults: {"dataset": "complete-journey", "campaign": "18"}
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})<-[:PARTICIPATED_IN]-(user:User)
WITH DISTINCT campaign, user
MATCH (user)-[:PARTICIPATED_IN]->(other:Campaign) WHERE other <> campaign
WITH other, count(DISTINCT user) AS both
WITH other, both, COUNT { MATCH (one)-[:PARTICIPATED_IN]->(other) RETURN DISTINCT one } AS participants
RETURN other.name AS campaign, participants, both AS also_in_this, toInteger(round(100.0 * both / participants)) + ' %' AS share
ORDER BY both DESC LIMIT 25
