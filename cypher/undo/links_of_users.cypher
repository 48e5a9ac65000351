// Delete the relationships of users that an import added; participations are derived again
// parameters: $dataset (string), $import (integer)
// returns: rows (integer)
// access: autocommit
MATCH (user:User {dataset: $dataset})
CALL (user) {
  MATCH (user)-[link]->() WHERE link.import = $import AND type(link) <> 'PARTICIPATED_IN'
  DELETE link
  RETURN count(*) AS rows
} IN TRANSACTIONS OF 500 ROWS
RETURN sum(rows) AS rows
