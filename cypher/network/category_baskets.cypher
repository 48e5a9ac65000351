// In how many baskets each user bought from each category before the cut-off
// parameters: $dataset (string), $before (ISO moment with zone)
// returns: user (string), category (string), baskets (integer)
MATCH (user:User {dataset: $dataset})-[act:PURCHASED]->()-[:IN_CATEGORY]->(category:Category)
WHERE act.at < datetime($before)
WITH user, category, count(DISTINCT coalesce(act.basket, act.at)) AS baskets
RETURN user.id AS user, category.id AS category, baskets
