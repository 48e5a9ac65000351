// Load ties between users; existing ones do not change
// parameters: $dataset (string), $import (integer), $rows (list of {row, source, target, weight})
// returns: row (integer, rejected), column (string, references an unknown id)
// access: write
UNWIND $rows AS row
OPTIONAL MATCH (source:User {dataset: $dataset, id: row.source})
OPTIONAL MATCH (target:User {dataset: $dataset, id: row.target})
FOREACH (_ IN CASE WHEN source IS NULL OR target IS NULL THEN [] ELSE [1] END |
  MERGE (source)-[knows:KNOWS]->(target)
  ON CREATE SET knows.import = $import, knows.weight = coalesce(row.weight, 1.0))
WITH row, source, target WHERE source IS NULL OR target IS NULL
RETURN row.row AS row, CASE WHEN source IS NULL THEN 'source' ELSE 'target' END AS column
