// Add products by id alone, for rows that reference unknown ids
// parameters: $dataset (string), $import (integer), $ids (list of string)
// returns: rows (integer)
// access: write
UNWIND $ids AS id
MERGE (node:Product {dataset: $dataset, id: id}) ON CREATE SET node.import = $import
RETURN count(*) AS rows
