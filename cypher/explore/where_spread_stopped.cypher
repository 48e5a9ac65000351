// Where did a campaign stop spreading?
// parameters: $dataset (string), $campaign (string), $most (integer)
// returns: graph: participants and the targeted users whom they influence most and who did not take part
// access: read
// defaults: {"dataset": "complete-journey", "campaign": "18", "most": 25}
MATCH (run:Run {dataset: $dataset, kind: 'network', state: 'complete'})
WITH run ORDER BY run.cutoff DESC LIMIT 1
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})<-[:PARTICIPATED_IN]-(source:User)
WITH DISTINCT run, campaign, source
MATCH (source)-[edge:INFLUENCES {run: run.id}]->(target:User)-[:TARGETED_BY]->(campaign)
WHERE NOT EXISTS { (target)-[:PARTICIPATED_IN]->(campaign) }
RETURN source, edge, target ORDER BY edge.probability DESC LIMIT $most
