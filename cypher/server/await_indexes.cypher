// Wait until all indexes are populated
// parameters: none
// returns: waited (boolean)
// access: read
CALL db.awaitIndexes(1800)
RETURN true AS waited
