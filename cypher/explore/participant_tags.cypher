// Which tags distinguish participants from other targeted users?
// parameters: $dataset (string), $campaign (string)
// returns: tag, participants_with_tag, others_with_tag, lift (share among participants over share among the other targeted users)
// access: read
// defaults: {"dataset": "complete-journey", "campaign": "18"}
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})<-[:TARGETED_BY]-(user:User)
WITH user, EXISTS { (user)-[:PARTICIPATED_IN]->(campaign) } AS took_part
WITH collect({user: user, took_part: took_part}) AS reached, sum(CASE WHEN took_part THEN 1 ELSE 0 END) AS n
WITH reached, n, size(reached) - n AS m
UNWIND reached AS target
WITH target.user AS user, target.took_part AS took_part, n, m
MATCH (user)-[:HAS_TAG]->(tag:Tag)
WITH tag, n, m, count(DISTINCT CASE WHEN took_part THEN user END) AS a, count(DISTINCT CASE WHEN NOT took_part THEN user END) AS b
WHERE a + b >= 20 AND n > 0 AND m > 0
RETURN coalesce(tag.text, tag.id) AS tag, a AS participants_with_tag, b AS others_with_tag,
       round((a + 0.5) / (n + 1.0) / ((b + 0.5) / (m + 1.0)), 2) AS lift
ORDER BY lift DESC LIMIT 25
