// When each user did something with each category (a product without one counts as itself) before the cut-off
// parameters: $dataset (string), $before (ISO moment with zone), $derived (list of strings, relationship types that are no behaviours)
// returns: user (string), interest (list of strings, ids of tags), text (list of strings, empty where nothing has a name), at (list of lists of distinct seconds since the epoch)
// access: read
MATCH (user:User {dataset: $dataset})-[act]->(product:Product)
WHERE NOT type(act) IN $derived AND act.at < datetime($before)
OPTIONAL MATCH (product)-[:IN_CATEGORY]->(category:Category)
WITH user, coalesce(category, product) AS object, collect(DISTINCT act.at.epochSeconds) AS at,
     max(CASE type(act) WHEN 'PURCHASED' THEN 'buys ' ELSE '' END) AS verb
WITH user, at,
     CASE WHEN object:Category THEN 'category:' + object.id ELSE 'product:' + object.id END AS interest,
     CASE WHEN object:Category AND object.id <> '' THEN verb + toLower(object.id)
          WHEN object.name IS NOT NULL THEN verb + toLower(object.name) ELSE '' END AS text
// A list a user: a row an interest would take most of the time on its way.
RETURN user.id AS user, collect(interest) AS interest, collect(text) AS text, collect(at) AS at
