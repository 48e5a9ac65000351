// Delete the relationships of users that an import added, and all participations, which are derived again
// parameters: $dataset (string), $import (integer)
// returns: rows (integer)
// access: autocommit
MATCH (user:User {dataset: $dataset})
CALL (user) {
  MATCH (user)-[link]->() WHERE link.import = $import OR type(link) = 'PARTICIPATED_IN'
  WITH link, CASE WHEN link.import = $import AND type(link) <> 'PARTICIPATED_IN' THEN 1 ELSE 0 END AS own
  DELETE link
  RETURN sum(own) AS rows
} IN TRANSACTIONS OF 500 ROWS
RETURN sum(rows) AS rows
