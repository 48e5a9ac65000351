// List the ids that a table of a data set does not have
// parameters: $dataset (string), $table (string, users, products, coupons or campaigns), $ids (list of string)
// returns: unknown (list of string)
// access: read
CALL () {
  UNWIND CASE $table WHEN 'users' THEN $ids ELSE [] END AS id
  OPTIONAL MATCH (node:User {dataset: $dataset, id: id})
  RETURN collect(CASE WHEN node IS NULL THEN id END) AS users
}
CALL () {
  UNWIND CASE $table WHEN 'products' THEN $ids ELSE [] END AS id
  OPTIONAL MATCH (node:Product {dataset: $dataset, id: id})
  RETURN collect(CASE WHEN node IS NULL THEN id END) AS products
}
CALL () {
  UNWIND CASE $table WHEN 'coupons' THEN $ids ELSE [] END AS id
  OPTIONAL MATCH (node:Coupon {dataset: $dataset, id: id})
  RETURN collect(CASE WHEN node IS NULL THEN id END) AS coupons
}
CALL () {
  UNWIND CASE $table WHEN 'campaigns' THEN $ids ELSE [] END AS id
  OPTIONAL MATCH (node:Campaign {dataset: $dataset, id: id})
  RETURN collect(CASE WHEN node IS NULL THEN id END) AS campaigns
}
RETURN users + products + coupons + campaigns AS unknown
