// Check whether the database contains data that a bulk import would delete
// parameters: none
// returns: has_data (boolean)
// access: read
RETURN EXISTS { MATCH (node) WHERE NOT node:Migration AND NOT node:Lock AND NOT (node:Run AND node.kind = 'import') } AS has_data
