// List the applied migrations, the oldest first
// parameters: none
// returns: version (string), checksum (string)
// access: read
MATCH (m:Migration)
RETURN m.version AS version, m.checksum AS checksum
ORDER BY version
