// The users of whom something is known before the cut-off: anything dated, or a tie or a tag of the profile, which have no time
// parameters: $dataset (string), $before (ISO moment with zone)
// returns: user (string)
// access: read
MATCH (user:User {dataset: $dataset})
WHERE EXISTS { (user)-[link]->() WHERE link.at < datetime($before) }
   OR EXISTS { (user)-[:KNOWS]-() }
   OR EXISTS { (user)-[tag:HAS_TAG {source: 'stated'}]->() WHERE tag.at IS NULL OR tag.at < datetime($before) }
RETURN user.id AS user ORDER BY user
