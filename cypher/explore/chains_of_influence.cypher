// Along which chains of users may a campaign have spread?
// parameters: $dataset (string), $campaign (string)
// returns: graph: chains of three users who took part one after the other, each influencing the next
// access: read
// defaults: {"dataset": "complete-journey", "campaign": "18"}
MATCH (run:Run {dataset: $dataset, kind: 'network', state: 'complete'})
WITH run ORDER BY run.cutoff DESC LIMIT 1
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})<-[part:PARTICIPATED_IN]-(user:User)
WITH run, campaign, user, min(part.at) AS first ORDER BY first LIMIT 60
WITH run, campaign, collect(user) AS early, collect(first) AS firsts
UNWIND range(0, size(early) - 1) AS i
WITH run, campaign, early[i] AS first_user, firsts[i] AS first_at
MATCH path = (first_user)-[a:INFLUENCES {run: run.id}]->(second_user:User)-[b:INFLUENCES {run: run.id}]->(third_user:User)
WHERE first_user <> third_user
CALL (second_user, campaign) { MATCH (second_user)-[part:PARTICIPATED_IN]->(campaign) RETURN min(part.at) AS second_at }
WITH path, a, b, third_user, campaign, first_at, second_at WHERE first_at < second_at
CALL (third_user, campaign) { MATCH (third_user)-[part:PARTICIPATED_IN]->(campaign) RETURN min(part.at) AS third_at }
WITH path, a, b, second_at, third_at WHERE second_at < third_at
RETURN path ORDER BY a.probability * b.probability DESC LIMIT 12
