// Delete the nodes that an import added, with everything derived from them
// parameters: $dataset (string), $import (integer)
// returns: rows (integer)
// access: autocommit
MATCH (node:User|Tag|Product|Campaign|Coupon {dataset: $dataset, import: $import})
CALL (node) { DETACH DELETE node } IN TRANSACTIONS OF 2000 ROWS
RETURN count(*) AS rows
