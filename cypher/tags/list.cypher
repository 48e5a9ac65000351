// List the tags of a data set, stated and derived, by number of users (or by rank, if only key tags are requested)
// parameters: $dataset (string), $run (string or null), $kind (string or null), $text (string or null, what its text contains), $key (boolean, key tags only), $skip (integer), $limit (integer)
// returns: id (string), kind (string), text (string), users (integer), key_rank (integer, among the key tags of all campaigns), lift (float), total (integer, without skip and limit)
// access: read
MATCH (tag:Tag {dataset: $dataset})
WHERE ($kind IS NULL OR tag.kind = $kind)
  AND ($text IS NULL OR toLower(coalesce(tag.text, tag.id)) CONTAINS toLower($text))
CALL (tag) {
  MATCH (user:User)-[has:HAS_TAG]->(tag) WHERE has.run IS NULL OR has.run = $run
  RETURN count(DISTINCT user) AS users
}
CALL (tag) {
  OPTIONAL MATCH (:Run {dataset: $dataset, id: $run})-[found:FOUND_KEY_TAG]->(tag) WHERE found.kind IS NULL
  RETURN min(found.rank) AS key_rank, max(found.lift) AS lift
}
WITH tag, users, key_rank, lift WHERE NOT $key OR key_rank IS NOT NULL
WITH tag, users, key_rank, lift ORDER BY CASE WHEN $key THEN key_rank END, users DESC, tag.id
WITH collect({id: tag.id, kind: tag.kind, text: tag.text, users: users, key_rank: key_rank, lift: lift}) AS found
UNWIND found[$skip..$skip + $limit] AS tag_row
RETURN tag_row.id AS id, tag_row.kind AS kind, tag_row.text AS text, tag_row.users AS users, tag_row.key_rank AS key_rank,
       tag_row.lift AS lift, size(found) AS total
