// Count the imported nodes and relationships of a data set
// parameters: $dataset (string), $derived (list of strings, relationship types that are no behaviours)
// returns: what (string), rows (integer)
// access: read
CALL () {
  MATCH (u:User {dataset: $dataset})
  UNWIND [['users', 1], ['user tags', COUNT { (u)-[t:HAS_TAG {source: 'stated'}]->() }],
          ['targetings', COUNT { (u)-[:TARGETED_BY]->() }], ['ties', COUNT { (u)-[:KNOWS]->() }],
          ['participations', COUNT { (u)-[:PARTICIPATED_IN]->() }]] AS pair
  RETURN pair[0] AS what, sum(pair[1]) AS rows
UNION ALL
  MATCH (u:User {dataset: $dataset})-[behaviour]->()
  // Counted by type only, because reading a property of each relationship takes three times as long.
  WITH type(behaviour) AS type, count(*) AS rows WHERE NOT type IN $derived
  RETURN toLower(type) AS what, rows
UNION ALL
  MATCH (:Tag {dataset: $dataset}) RETURN 'tags' AS what, count(*) AS rows
UNION ALL
  MATCH (:Product {dataset: $dataset}) RETURN 'products' AS what, count(*) AS rows
UNION ALL
  MATCH (:Category {dataset: $dataset}) RETURN 'categories' AS what, count(*) AS rows
UNION ALL
  MATCH (c:Campaign {dataset: $dataset})
  UNWIND [['campaigns', 1], ['promoted products', COUNT { (c)-[:PROMOTES]->() }]] AS pair
  RETURN pair[0] AS what, sum(pair[1]) AS rows
UNION ALL
  MATCH (k:Coupon {dataset: $dataset})
  UNWIND [['coupons', COUNT { (k)-[:OF]->() }], ['discounted products', COUNT { (k)-[:DISCOUNTS]->() }]] AS pair
  RETURN pair[0] AS what, sum(pair[1]) AS rows
}
RETURN what, rows ORDER BY what
