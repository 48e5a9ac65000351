// The version of Graph Data Science on this server
// parameters: none
// returns: version (string)
RETURN gds.version() AS version
