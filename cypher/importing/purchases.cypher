// Load purchases, grouped by user so that each user is looked up once
// parameters: $dataset (string), $zone (string), $rows (list of {user, purchases: list of [product, at, quantity, value, discount, basket, store]})
// returns: rows (integer)
UNWIND $rows AS row
MATCH (user:User {dataset: $dataset, id: row.user})
UNWIND row.purchases AS purchase
MATCH (product:Product {dataset: $dataset, id: purchase[0]})
CREATE (user)-[:PURCHASED {
  at: datetime({epochSeconds: purchase[1], timezone: $zone}),
  quantity: purchase[2], value: purchase[3], discount: purchase[4],
  basket: purchase[5], store: purchase[6]
}]->(product)
RETURN count(*) AS rows
