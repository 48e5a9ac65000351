// Reconnect products with their categories, delete empty categories, and restore promotions implied by discounts
// parameters: $dataset (string), $import (integer, whose additions these count as)
// returns: rows (integer)
// access: write
CALL () {
  MATCH (product:Product {dataset: $dataset})-[old:IN_CATEGORY]->(category)
  WHERE category.id <> coalesce(product.category, '')
  DELETE old
}
CALL () {
  MATCH (product:Product {dataset: $dataset})
  WHERE product.category IS NOT NULL AND NOT EXISTS { (product)-[:IN_CATEGORY]->() }
  MERGE (category:Category {dataset: $dataset, id: product.category}) ON CREATE SET category.import = $import
  MERGE (product)-[:IN_CATEGORY]->(category)
}
CALL () {
  MATCH (category:Category {dataset: $dataset}) WHERE NOT EXISTS { (category)--() }
  DELETE category
}
CALL () {
  MATCH (:Coupon {dataset: $dataset})-[discounts:DISCOUNTS]->(product:Product)
  MATCH (campaign:Campaign {dataset: $dataset, id: discounts.campaign})
  MERGE (campaign)-[promotes:PROMOTES]->(product) ON CREATE SET promotes.import = $import
}
RETURN 1 AS rows
