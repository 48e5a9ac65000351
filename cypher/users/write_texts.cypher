// Replace the problems and warnings of runs and jobs
// parameters: $dataset (string), $rows (list of {node, problem, warnings}, as users/stored_texts returns them)
// returns: rows (integer)
// access: write
UNWIND $rows AS row
MATCH (node:Run|Job {dataset: $dataset}) WHERE elementId(node) = row.node
SET node.problem = row.problem, node.warnings = row.warnings
RETURN count(*) AS rows
