// Take behaviours out that a later file replaces; an undo of the import restores them
// parameters: $import (integer), $relationships (list of string)
// returns: rows (integer)
// access: write
MATCH (user:User)-[old]->(object) WHERE elementId(old) IN $relationships
// Without `at`, it is no event of the user.
CREATE (user)-[kept:REPLACED]->(object)
SET kept = properties(old), kept.type = type(old), kept.replaced_at = old.at, kept.at = null, kept.replaced_by = $import
WITH user, old
CALL (user, old) {
  // Their participations may be of another behaviour as well: they are derived anew.
  OPTIONAL MATCH (user)-[part:PARTICIPATED_IN]->(campaign:Campaign)
  WHERE part.behaviour = type(old) AND part.at = old.at
  FOREACH (affected IN CASE WHEN campaign IS NULL THEN [] ELSE [campaign] END | REMOVE affected.derived_from)
  RETURN count(*) AS parts
}
DELETE old
RETURN count(*) AS rows
