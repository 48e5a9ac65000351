// Count all nodes by label and relationships by type
// parameters: none
// returns: kind (node or relationship), name (string), number (integer)
// access: read
CALL () {
  MATCH (n) UNWIND labels(n) AS name RETURN 'node' AS kind, name, count(*) AS number
UNION ALL
  MATCH ()-[r]->() RETURN 'relationship' AS kind, type(r) AS name, count(*) AS number
}
RETURN kind, name, number ORDER BY kind, name
