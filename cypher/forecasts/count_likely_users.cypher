// Count the users of a forecast
// parameters: $dataset (string), $id (string), $waiting (boolean, only users who have not taken part)
// returns: users (integer)
// access: read
MATCH (forecast:Forecast {dataset: $dataset, id: $id})-[expects:EXPECTS]->(:User)
WHERE NOT ($waiting AND expects.took_part)
RETURN count(expects) AS users
