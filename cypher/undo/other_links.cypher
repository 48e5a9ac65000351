// Delete the relationships between campaigns, coupons and products that an import added
// parameters: $dataset (string), $import (integer)
// returns: rows (integer)
// access: autocommit
MATCH (node:Campaign|Coupon {dataset: $dataset})
CALL (node) {
  MATCH (node)-[link:PROMOTES|OF|DISCOUNTS {import: $import}]->()
  DELETE link
  RETURN count(*) AS rows
} IN TRANSACTIONS OF 100 ROWS
RETURN sum(rows) AS rows
