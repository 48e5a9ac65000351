// The tags of each user in a network run, one row of lists per user
// parameters: $dataset (string), $run (string), $before (ISO moment with zone)
// returns: user (string), tag (list of strings), text (list of strings, empty for none), weight (list of floats)
// access: read
MATCH (user:User {dataset: $dataset})-[has:HAS_TAG]->(tag:Tag)
WHERE coalesce(has.run, $run) = $run AND (has.at IS NULL OR has.at < datetime($before))
RETURN user.id AS user, collect(tag.id) AS tag, collect(coalesce(tag.text, '')) AS text, collect(has.weight) AS weight
