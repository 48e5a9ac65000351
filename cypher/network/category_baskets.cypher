// In how many baskets each user bought from each category before the cut-off
// parameters: $dataset (string), $before (ISO moment with zone)
// returns: user (string), category (list of strings), baskets (list of integers)
MATCH (user:User {dataset: $dataset})-[act:PURCHASED]->()-[:IN_CATEGORY]->(category:Category)
WHERE act.at < datetime($before)
WITH user, category, count(DISTINCT coalesce(act.basket, act.at)) AS baskets
// A list a user: a row a category would take most of the time on its way.
RETURN user.id AS user, collect(category.id) AS category, collect(baskets) AS baskets
