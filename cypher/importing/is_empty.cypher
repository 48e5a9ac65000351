// Whether there is anything in the database that a bulk import would lose
// parameters: none
// returns: nodes (boolean)
// access: read
RETURN EXISTS { MATCH (node) WHERE NOT node:Migration AND NOT (node:Run AND node.kind = 'import') } AS nodes
