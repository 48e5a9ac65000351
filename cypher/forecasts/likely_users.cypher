// The users of a forecast, the most likely participants first
// parameters: $dataset (string), $id (string), $skip (integer), $limit (integer), $waiting (boolean, only users who have not taken part)
// returns: rank (integer), user (string), probability (float, of at least one of the forecast's days), days (float, expected), took_part (boolean, before the origin), redeems (float or null, probability of redeeming a coupon), key_user (boolean), group (integer or null, its rank)
// access: read
MATCH (forecast:Forecast {dataset: $dataset, id: $id})-[expects:EXPECTS]->(user:User)
WHERE NOT ($waiting AND expects.took_part)
WITH forecast, expects, user ORDER BY expects.rank SKIP $skip LIMIT $limit
MATCH (forecast)-[:OF]->(campaign:Campaign), (forecast)-[:MADE_WITH]->(:Run)-[:USED]->(network:Run)
OPTIONAL MATCH (user)-[:IN_GROUP {run: network.id}]->(group:NeighbourGroup)-[:OF]->(campaign)
RETURN expects.rank AS rank, user.id AS user, expects.probability AS probability, expects.days AS days,
       expects.took_part AS took_part, expects.redeems AS redeems,
       EXISTS { (user)-[:KEY_USER_OF {run: network.id}]->(campaign) } AS key_user, min(group.rank) AS group
ORDER BY rank
