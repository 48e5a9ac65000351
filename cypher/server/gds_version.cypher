// The version of Graph Data Science on this server
// parameters: none
// returns: version (string)
// access: read
RETURN gds.version() AS version
