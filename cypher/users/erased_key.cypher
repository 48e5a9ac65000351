// The key of the hashes of erased users of a data set; $key becomes it if there is none
// parameters: $dataset (string), $key (string)
// returns: key (string)
// access: write
MERGE (stored:ErasureKey {dataset: $dataset})
ON CREATE SET stored.key = $key
RETURN stored.key AS key
