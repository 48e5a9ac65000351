// Who may have pulled whom into a campaign?
// parameters: $dataset (string), $campaign (string), $days (integer)
// returns: graph: a participant, an influence, and one who followed within $days days
// access: read
// defaults: {"dataset": "complete-journey", "campaign": "18", "days": 7}
MATCH (run:Run {dataset: $dataset, kind: 'network', state: 'complete'})
WITH run ORDER BY run.cutoff DESC LIMIT 1
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})<-[part:PARTICIPATED_IN]-(user:User)
WITH run, campaign, user, min(part.at) AS first
WITH run, campaign, collect({user: user, first: first}) AS all
UNWIND all AS one
WITH run, campaign, one.user AS source, one.first AS since
MATCH (source)-[edge:INFLUENCES {run: run.id}]->(target:User)-[:TARGETED_BY]->(campaign)
CALL (target, campaign) {
  MATCH (target)-[part:PARTICIPATED_IN]->(campaign) RETURN min(part.at) AS followed
}
WITH source, edge, target, since, followed
WHERE since < followed <= since + duration({days: $days})
RETURN source, edge, target ORDER BY edge.probability DESC LIMIT 40
