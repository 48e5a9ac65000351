// Restore the values that an import changed in users, tags, products and campaigns
// parameters: $dataset (string), $import (integer)
// returns: rows (integer)
// access: autocommit
MATCH (before:Change {dataset: $dataset})-[link:BEFORE {import: $import}]->(node)
CALL (before, link, node) {
  SET node = properties(before)
  DETACH DELETE before
} IN TRANSACTIONS OF 5000 ROWS
RETURN count(*) AS rows
