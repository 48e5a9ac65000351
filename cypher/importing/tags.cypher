// Load tags; a Change stores the old values of changed ones
// parameters: $dataset (string), $import (integer), $rows (list of {row, id, properties})
// returns: outcome (new, same, changed or twice), rows (list of integer)
// access: write
UNWIND $rows AS row
OPTIONAL MATCH (known:Tag {dataset: $dataset, id: row.id})
WITH row, known, CASE
  WHEN known IS NULL THEN 'new'
  WHEN all(key IN keys(row.properties) WHERE row.properties[key] IS NULL OR row.properties[key] = known[key]) THEN 'same'
  WHEN $import IN [known.import, known.changed_by] THEN 'twice'
  ELSE 'changed' END AS outcome
FOREACH (_ IN CASE outcome WHEN 'new' THEN [1] ELSE [] END |
  CREATE (tag:Tag {dataset: $dataset, id: row.id, import: $import}) SET tag += row.properties)
FOREACH (_ IN CASE outcome WHEN 'changed' THEN [1] ELSE [] END |
  CREATE (before:Change)-[:BEFORE {import: $import}]->(known) SET before = properties(known)
  SET known += row.properties, known.changed_by = $import)
RETURN outcome, collect(row.row) AS rows
