// How much of each kind a data set has in the graph
// parameters: $dataset (string)
// returns: what (string), rows (integer)
CALL () {
  MATCH (u:User {dataset: $dataset})
  UNWIND [['users', 1],
          ['stated tags', COUNT { (u)-[:HAS_TAG {source: 'stated'}]->() }],
          ['targetings', COUNT { (u)-[:TARGETED_BY]->() }],
          ['redemptions', COUNT { (u)-[:REDEEMED]->() }],
          ['purchases', COUNT { (u)-[:PURCHASED]->() }],
          ['participations', COUNT { (u)-[:PARTICIPATED_IN]->() }]] AS pair
  RETURN pair[0] AS what, sum(pair[1]) AS rows
UNION ALL
  MATCH (p:Product {dataset: $dataset})
  UNWIND [['products', 1], ['products with a category', COUNT { (p)-[:IN_CATEGORY]->() }]] AS pair
  RETURN pair[0] AS what, sum(pair[1]) AS rows
UNION ALL
  MATCH (:Category {dataset: $dataset}) RETURN 'categories' AS what, count(*) AS rows
UNION ALL
  MATCH (c:Campaign {dataset: $dataset})
  UNWIND [['campaigns', 1], ['promoted products', COUNT { (c)-[:PROMOTES]->() }]] AS pair
  RETURN pair[0] AS what, sum(pair[1]) AS rows
UNION ALL
  MATCH (k:Coupon {dataset: $dataset})
  UNWIND [['coupons', 1], ['coupons of campaigns', COUNT { (k)-[:OF]->() }],
          ['discounted products', COUNT { (k)-[:DISCOUNTS]->() }]] AS pair
  RETURN pair[0] AS what, sum(pair[1]) AS rows
}
RETURN what, rows ORDER BY what
