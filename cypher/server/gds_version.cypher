// Return the version of Graph Data Science
// parameters: none
// returns: version (string)
// access: read
RETURN gds.version() AS version
