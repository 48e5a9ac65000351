// Users and products of the parameters that do not exist
// parameters: $dataset (string), $users (list of strings), $products (list of strings)
// returns: what (user or product), id (string)
// access: read
CALL () {
  UNWIND $users AS id
  WITH DISTINCT id WHERE NOT EXISTS { (:User {dataset: $dataset, id: id}) }
  RETURN 'user' AS what, id
UNION ALL
  UNWIND $products AS id
  WITH DISTINCT id WHERE NOT EXISTS { (:Product {dataset: $dataset, id: id}) }
  RETURN 'product' AS what, id
}
RETURN what, id ORDER BY what, id
