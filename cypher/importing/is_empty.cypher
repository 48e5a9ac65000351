// Check whether the database contains data that a bulk import would delete
// parameters: none
// returns: nodes (boolean)
// access: read
RETURN EXISTS { MATCH (node) WHERE NOT node:Migration AND NOT (node:Run AND node.kind = 'import') } AS nodes
