// The tags of a data set, stated and of a network run, ordered by number of users, or by rank if only key tags are requested
// parameters: $dataset (string), $run (string or null), $kind (string or null), $text (string or null, substring of the text), $key (boolean, key tags only), $skip (integer), $limit (integer)
// returns: id (string or null, in one row, if the page is empty), kind (string), text (string), users (integer), key_rank (integer, among the key tags of all campaigns), risk_ratio (float), total (integer, on all pages)
// access: read
MATCH (tag:Tag {dataset: $dataset})
WHERE ($kind IS NULL OR tag.kind = $kind)
  AND ($text IS NULL OR toLower(coalesce(tag.text, tag.id)) CONTAINS toLower($text))
CALL (tag) {
  MATCH (user:User)-[has:HAS_TAG]->(tag) WHERE has.run IS NULL OR has.run = $run
  RETURN count(DISTINCT user) AS users
}
CALL (tag) {
  OPTIONAL MATCH (:Run {dataset: $dataset, id: $run})-[key_tag:FOUND_KEY_TAG]->(tag) WHERE key_tag.kind IS NULL
  RETURN min(key_tag.rank) AS key_rank, max(key_tag.risk_ratio) AS risk_ratio
}
WITH tag, users, key_rank, risk_ratio WHERE NOT $key OR key_rank IS NOT NULL
WITH tag, users, key_rank, risk_ratio ORDER BY CASE WHEN $key THEN key_rank END, users DESC, tag.id
WITH collect({id: tag.id, kind: tag.kind, text: tag.text, users: users, key_rank: key_rank, risk_ratio: risk_ratio}) AS tags
WITH size(tags) AS total, tags[$skip..$skip + $limit] AS page
UNWIND CASE page WHEN [] THEN [{}] ELSE page END AS tag
RETURN tag.id AS id, tag.kind AS kind, tag.text AS text, tag.users AS users, tag.key_rank AS key_rank,
       tag.risk_ratio AS risk_ratio, total
