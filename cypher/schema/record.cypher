// Record an applied migration
// parameters: $version (string), $checksum (string)
// returns: version (string)
// access: write
MERGE (m:Migration {version: $version})
ON CREATE SET m.checksum = $checksum, m.applied_at = datetime()
RETURN m.version AS version
