// Load stated tags of users; existing ones do not change
// parameters: $dataset (string), $import (integer), $zone (string), $rows (list of {row, user, tag, weight, at})
// returns: row (integer, rejected), column (string, references an unknown id)
// access: write
UNWIND $rows AS row
OPTIONAL MATCH (user:User {dataset: $dataset, id: row.user})
OPTIONAL MATCH (tag:Tag {dataset: $dataset, id: row.tag})
FOREACH (_ IN CASE WHEN user IS NULL OR tag IS NULL THEN [] ELSE [1] END |
  MERGE (user)-[has:HAS_TAG {source: 'stated'}]->(tag)
  ON CREATE SET has.import = $import, has.weight = coalesce(row.weight, 1.0),
    has.at = CASE WHEN row.at IS NOT NULL THEN datetime({epochMillis: row.at, timezone: $zone}) END)
WITH row, user, tag WHERE user IS NULL OR tag IS NULL
RETURN row.row AS row, CASE WHEN user IS NULL THEN 'user' ELSE 'tag' END AS column
