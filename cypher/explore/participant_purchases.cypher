// What did participants buy more often than other targeted users?
// parameters: $dataset (string), $campaign (string)
// returns: category, participants_buying, others_buying (in the four weeks before the campaign), lift (share among participants over share among the other targeted users)
// access: read
// defaults: {"dataset": "complete-journey", "campaign": "18"}
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})<-[:TARGETED_BY]-(user:User)
WITH campaign, user, EXISTS { (user)-[:PARTICIPATED_IN]->(campaign) } AS took_part
WITH campaign, collect({user: user, took_part: took_part}) AS reached, sum(CASE WHEN took_part THEN 1 ELSE 0 END) AS n
WITH reached, n, size(reached) - n AS m, campaign.starts_at AS starts, campaign.starts_at - duration({days: 28}) AS since
UNWIND reached AS target
WITH target.user AS user, target.took_part AS took_part, n, m, since, starts
MATCH (user)-[purchase:PURCHASED|ORDERED]->(product)
WHERE since <= purchase.at < starts
WITH DISTINCT user, took_part, product.category AS category, n, m
WHERE category IS NOT NULL
WITH category, n, m, sum(CASE WHEN took_part THEN 1 ELSE 0 END) AS a, sum(CASE WHEN took_part THEN 0 ELSE 1 END) AS b
WHERE a + b >= 20 AND n > 0 AND m > 0
RETURN category, a AS participants_buying, b AS others_buying,
       round((a + 0.5) / (n + 1.0) / ((b + 0.5) / (m + 1.0)), 2) AS lift
ORDER BY lift DESC LIMIT 25
