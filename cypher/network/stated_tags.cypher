// The stated tags of users: those of their profiles, and those dated before the cut-off
// parameters: $dataset (string), $before (ISO moment with zone)
// returns: user (string), tag (string), text (string, empty for none), weight (float), at (seconds since the epoch; null for those of profiles, which are always valid)
// access: read
MATCH (user:User {dataset: $dataset})-[has:HAS_TAG {source: 'stated'}]->(tag:Tag)
WHERE has.at IS NULL OR has.at < datetime($before)
RETURN user.id AS user, tag.id AS tag, coalesce(tag.text, '') AS text, has.weight AS weight, has.at.epochSeconds AS at
