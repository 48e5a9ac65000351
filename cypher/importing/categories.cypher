// Connect products with their current categories, and remove other categories
// parameters: $dataset (string), $import (integer), $ids (list of string)
// returns: rows (integer)
// access: write
UNWIND $ids AS id
MATCH (product:Product {dataset: $dataset, id: id})
OPTIONAL MATCH (product)-[old:IN_CATEGORY]->(other:Category) WHERE other.id <> coalesce(product.category, '')
DELETE old
WITH DISTINCT product WHERE product.category IS NOT NULL
MERGE (category:Category {dataset: $dataset, id: product.category}) ON CREATE SET category.import = $import
MERGE (product)-[:IN_CATEGORY]->(category)
RETURN count(*) AS rows
