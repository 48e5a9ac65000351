// Load products and their categories
// parameters: $dataset (string), $rows (list of {id, category, department, brand, kind, size})
// returns: rows (integer)
UNWIND $rows AS row
MERGE (product:Product {dataset: $dataset, id: row.id})
SET product.department = row.department, product.brand = row.brand,
    product.kind = row.kind, product.size = row.size
WITH product, row WHERE row.category IS NOT NULL
MERGE (category:Category {dataset: $dataset, id: row.category})
CREATE (product)-[:IN_CATEGORY]->(category)
RETURN count(*) AS rows
