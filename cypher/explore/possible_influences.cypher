// Who may have influenced whom to take part in a campaign?
// parameters: $dataset (string), $campaign (string), $days (integer)
// returns: graph: a participant, an influence, and a user who took part within $days days after
// access: read
// defaults: {"dataset": "complete-journey", "campaign": "18", "days": 7}
MATCH (run:Run {dataset: $dataset, kind: 'network', state: 'complete'})
WITH run ORDER BY run.cutoff DESC LIMIT 1
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})<-[part:PARTICIPATED_IN]-(user:User)
WITH run, campaign, user, min(part.at) AS first
WITH run, campaign, collect({user: user, first: first}) AS participants
UNWIND participants AS participant
WITH run, campaign, participant.user AS source, participant.first AS since
MATCH (source)-[edge:INFLUENCES {run: run.id}]->(target:User)-[:TARGETED_BY]->(campaign)
CALL (target, campaign) {
  MATCH (target)-[part:PARTICIPATED_IN]->(campaign) RETURN min(part.at) AS followed
}
WITH source, edge, target, since, followed
WHERE since < followed <= since + duration({days: $days})
RETURN source, edge, target ORDER BY edge.probability DESC LIMIT 40
