// How much did each neighbour group contribute to a campaign?
// parameters: $dataset (string), $campaign (string)
// returns: group (rank), name, size, participants, share_of_group, weight (of their participations), share_of_campaign
// access: read
// defaults: {"dataset": "complete-journey", "campaign": "18"}
MATCH (run:Run {dataset: $dataset, kind: 'network', state: 'complete'})
WITH run ORDER BY run.cutoff DESC LIMIT 1
MATCH (group:NeighbourGroup {dataset: $dataset, run: run.id})-[:OF]->(campaign:Campaign {dataset: $dataset, id: $campaign})
MATCH (member:User)-[:IN_GROUP]->(group)
OPTIONAL MATCH (member)-[part:PARTICIPATED_IN]->(campaign)
WITH group, member, sum(part.weight) AS weight
WITH group, count(*) AS size, sum(CASE WHEN weight > 0 THEN 1 ELSE 0 END) AS participants, sum(weight) AS weight
WITH collect({group: group, size: size, participants: participants, weight: weight}) AS groups, sum(weight) AS total
UNWIND groups AS part
RETURN part.group.rank AS group, part.group.name AS name, part.size AS size, part.participants AS participants,
       toInteger(round(100.0 * part.participants / part.size)) + ' %' AS share_of_group, part.weight AS weight,
       CASE WHEN total > 0 THEN toInteger(round(100.0 * part.weight / total)) + ' %' END AS share_of_campaign
ORDER BY part.weight DESC
