// Restore the times of targetings for which an import brought earlier ones
// parameters: $dataset (string), $import (integer)
// returns: rows (integer)
// access: autocommit
MATCH (user:User {dataset: $dataset})
CALL (user) {
  MATCH (user)-[reached:TARGETED_BY]->() WHERE last(reached.moved_by) = $import
  SET reached.at = last(reached.later), reached.stated = true,
    reached.later = CASE WHEN size(reached.later) > 1 THEN reached.later[..-1] END,
    reached.moved_by = CASE WHEN size(reached.moved_by) > 1 THEN reached.moved_by[..-1] END
  RETURN count(*) AS rows
} IN TRANSACTIONS OF 500 ROWS
RETURN sum(rows) AS rows
