// The keyed hashes of the erased users of a data set
// parameters: $dataset (string)
// returns: key (string), hashes (list of string)
// access: read
MATCH (stored:ErasureKey {dataset: $dataset})
OPTIONAL MATCH (user:ErasedUser {dataset: $dataset})
RETURN stored.key AS key, collect(user.id) AS hashes
