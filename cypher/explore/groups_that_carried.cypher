// Which groups carried a campaign?
// parameters: $dataset (string), $campaign (string)
// returns: group, size, participants, share (of the group), weight (of their participations), share_of_campaign
// access: read
// defaults: {"dataset": "complete-journey", "campaign": "18"}
MATCH (run:Run {dataset: $dataset, kind: 'network', state: 'complete'})
WITH run ORDER BY run.cutoff DESC LIMIT 1
MATCH (group:NeighbourGroup {dataset: $dataset, run: run.id})-[:OF]->(campaign:Campaign {dataset: $dataset, id: $campaign})
MATCH (member:User)-[:IN_GROUP]->(group)
OPTIONAL MATCH (member)-[part:PARTICIPATED_IN]->(campaign)
WITH group, member, sum(part.weight) AS weight
WITH group, count(*) AS size, sum(CASE WHEN weight > 0 THEN 1 ELSE 0 END) AS participants, sum(weight) AS weight
WITH collect({group: group, size: size, participants: participants, weight: weight}) AS groups, sum(weight) AS whole
UNWIND groups AS one
RETURN one.group.rank AS group, one.group.name AS set_apart_by, one.size AS size, one.participants AS participants,
       toInteger(round(100.0 * one.participants / one.size)) + ' %' AS share, one.weight AS weight,
       CASE WHEN whole > 0 THEN toInteger(round(100.0 * one.weight / whole)) + ' %' END AS share_of_campaign
ORDER BY one.weight DESC
