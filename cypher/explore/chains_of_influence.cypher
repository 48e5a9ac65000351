// Along which chains may a campaign have travelled?
// parameters: $dataset (string), $campaign (string)
// returns: graph: three users, each influencing the next, in the order in which they took part
// access: read
// defaults: {"dataset": "complete-journey", "campaign": "18"}
MATCH (run:Run {dataset: $dataset, kind: 'network', state: 'complete'})
WITH run ORDER BY run.cutoff DESC LIMIT 1
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})<-[part:PARTICIPATED_IN]-(user:User)
WITH run, campaign, user, min(part.at) AS first ORDER BY first LIMIT 60
WITH run, campaign, collect(user) AS early, collect(first) AS firsts
UNWIND range(0, size(early) - 1) AS i
WITH run, campaign, early[i] AS one, firsts[i] AS since
MATCH path = (one)-[a:INFLUENCES {run: run.id}]->(two:User)-[b:INFLUENCES {run: run.id}]->(three:User)
WHERE one <> three
CALL (two, campaign) { MATCH (two)-[p:PARTICIPATED_IN]->(campaign) RETURN min(p.at) AS second }
WITH path, a, b, three, campaign, since, second WHERE since < second
CALL (three, campaign) { MATCH (three)-[p:PARTICIPATED_IN]->(campaign) RETURN min(p.at) AS third }
WITH path, a, b, second, third WHERE second < third
RETURN path ORDER BY a.probability * b.probability DESC LIMIT 12
