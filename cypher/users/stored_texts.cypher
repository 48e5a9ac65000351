// The texts of runs and jobs that may quote values of the data: problems and warnings
// parameters: $dataset (string)
// returns: node (string, element id), problem (string or null), warnings (string or null, JSON)
// access: read
MATCH (node:Run|Job {dataset: $dataset})
WHERE node.problem IS NOT NULL OR node.warnings IS NOT NULL
RETURN elementId(node) AS node, node.problem AS problem, node.warnings AS warnings
