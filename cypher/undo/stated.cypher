// List the nodes of a label that imports added and that rows state; those that only behaviours name are left out
// parameters: $dataset (string), $label (string), $imports (list of integer)
// returns: id (string)
// access: read
MATCH (node:User|Tag|Product|Campaign {dataset: $dataset})
WHERE $label IN labels(node) AND node.import IN $imports
  AND (size(keys(node)) > 3 OR NOT EXISTS { (node)--() })
RETURN node.id AS id
