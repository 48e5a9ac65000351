// Which campaigns had the same participants?
// parameters: $dataset (string), $campaign (string)
// returns: campaign, participants, shared_participants, share (of its participants)
// access: read
// defaults: {"dataset": "complete-journey", "campaign": "18"}
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})<-[:PARTICIPATED_IN]-(user:User)
WITH DISTINCT campaign, user
MATCH (user)-[:PARTICIPATED_IN]->(other:Campaign) WHERE other <> campaign
WITH other, count(DISTINCT user) AS shared
WITH other, shared, COUNT { MATCH (participant)-[:PARTICIPATED_IN]->(other) RETURN DISTINCT participant } AS participants
RETURN other.name AS campaign, participants, shared AS shared_participants, toInteger(round(100.0 * shared / participants)) + ' %' AS share
ORDER BY shared DESC LIMIT 25
