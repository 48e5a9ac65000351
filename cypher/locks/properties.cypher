// Return the properties of a lock, with times as text
// parameters: $dataset (string)
// returns: properties (map)
// access: read
MATCH (lock:Lock {dataset: $dataset})
RETURN lock {.token, .purpose, .host, .machine, .process, .heartbeats, since: toString(lock.since)} AS properties
