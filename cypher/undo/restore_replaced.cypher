// Restore the behaviours that an import replaced
// parameters: $dataset (string), $import (integer)
// returns: rows (integer)
// access: autocommit
MATCH (user:User {dataset: $dataset})
CALL (user) {
  MATCH (user)-[kept:REPLACED {replaced_by: $import}]->(object)
  CREATE (user)-[old:$(kept.type)]->(object)
  SET old = properties(kept), old.at = kept.replaced_at
  SET old.type = null, old.replaced_at = null, old.replaced_by = null
  DELETE kept
  RETURN count(*) AS rows
} IN TRANSACTIONS OF 500 ROWS
RETURN sum(rows) AS rows
