// Record the keyed hash of an erased user, so that imports leave the user's rows out
// parameters: $dataset (string), $hash (string)
// returns: is_new (boolean)
// access: write
OPTIONAL MATCH (known:ErasedUser {dataset: $dataset, id: $hash})
WITH known IS NULL AS is_new
MERGE (:ErasedUser {dataset: $dataset, id: $hash})
RETURN is_new
