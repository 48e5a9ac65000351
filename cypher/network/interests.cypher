// The moments at which each user acted on each category before the cut-off; a product without category counts as one
// parameters: $dataset (string), $before (ISO moment with zone), $derived (list of strings, relationship types that are not behaviours)
// returns: user (string), interest (list of strings, ids of tags), text (list of strings, empty for none), at (list of lists of distinct seconds since the epoch)
// access: read
MATCH (user:User {dataset: $dataset})-[behaviour]->(product:Product)
WHERE NOT type(behaviour) IN $derived AND behaviour.at < datetime($before)
OPTIONAL MATCH (product)-[:IN_CATEGORY]->(category:Category)
WITH user, coalesce(category, product) AS object, collect(DISTINCT behaviour.at.epochSeconds) AS at,
     max(CASE type(behaviour) WHEN 'PURCHASED' THEN 'buys ' ELSE '' END) AS verb
WITH user, at,
     CASE WHEN object:Category THEN 'category:' + object.id ELSE 'product:' + object.id END AS interest,
     CASE WHEN object:Category AND object.id <> '' THEN verb + toLower(object.id)
          WHEN object.name IS NOT NULL THEN verb + toLower(object.name) ELSE '' END AS text
// One row of lists per user: transferring a row per interest would take most of the time.
RETURN user.id AS user, collect(interest) AS interest, collect(text) AS text, collect(at) AS at
