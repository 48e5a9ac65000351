// Restore the values that an import changed in users, tags, products and campaigns
// parameters: $dataset (string), $import (integer)
// returns: rows (integer)
// access: autocommit
MATCH (before:Change {dataset: $dataset})-[link:BEFORE {import: $import}]->(node)
CALL (before, link, node) {
  CALL (before, node) {
    // Targetings without a time of their own are at the restored start.
    WITH before, node WHERE before.starts_at <> node.starts_at
    MATCH (node)<-[reached:TARGETED_BY]-() WHERE reached.at = node.starts_at AND reached.stated IS NULL
    SET reached.at = before.starts_at
    RETURN count(*) AS moved
  }
  SET node = properties(before)
  DETACH DELETE before
} IN TRANSACTIONS OF 5000 ROWS
RETURN count(*) AS rows
