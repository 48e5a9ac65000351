// Load campaigns; ends_at is the first moment after the campaign. A Change stores the old values of changed ones
// parameters: $dataset (string), $import (integer), $zone (string), $rows (list of {row, id, name, kind, starts, ends})
// returns: outcome (new, same, changed or twice), rows (list of integer)
// access: write
// A campaign that was created by hand is the table's from now on, and can no longer be removed by hand.
UNWIND $rows AS row
WITH row, {name: coalesce(row.name, row.id), kind: row.kind, zone: $zone,
           starts_at: datetime({epochMillis: row.starts, timezone: $zone}),
           ends_at: datetime({epochMillis: row.ends, timezone: $zone})} AS properties
OPTIONAL MATCH (known:Campaign {dataset: $dataset, id: row.id})
WITH row, properties, known, CASE
  WHEN known IS NULL THEN 'new'
  WHEN known.planned IS NULL AND all(key IN keys(properties) WHERE properties[key] IS NULL OR properties[key] = known[key]) THEN 'same'
  WHEN $import IN [known.import, known.changed_by] THEN 'twice'
  ELSE 'changed' END AS outcome
CALL (properties, known, outcome) {
  // Targetings without a time of their own are at the start.
  WITH properties, known, outcome WHERE outcome = 'changed' AND known.starts_at <> properties.starts_at
  MATCH (known)<-[reached:TARGETED_BY]-() WHERE reached.at = known.starts_at AND reached.stated IS NULL
  SET reached.at = properties.starts_at
  RETURN count(*) AS moved
}
FOREACH (_ IN CASE outcome WHEN 'new' THEN [1] ELSE [] END |
  CREATE (campaign:Campaign {dataset: $dataset, id: row.id, import: $import}) SET campaign += properties)
FOREACH (_ IN CASE outcome WHEN 'changed' THEN [1] ELSE [] END |
  CREATE (before:Change)-[:BEFORE {import: $import}]->(known) SET before = properties(known), before.derived_from = null
  SET known += properties, known.changed_by = $import, known.planned = null)
RETURN outcome, collect(row.row) AS rows
