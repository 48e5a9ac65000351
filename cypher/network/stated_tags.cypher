// The tags that users' profiles state
// parameters: $dataset (string)
// returns: user (string), tag (string), text (string), weight (float)
MATCH (user:User {dataset: $dataset})-[has:HAS_TAG {source: 'stated'}]->(tag:Tag)
RETURN user.id AS user, tag.id AS tag, tag.text AS text, has.weight AS weight
