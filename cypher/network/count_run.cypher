// The number of key users (over all campaigns) and neighbour groups of a network run
// parameters: $dataset (string), $run (string)
// returns: key_users (integer), groups (integer)
// access: read
RETURN COUNT { MATCH (:Campaign {dataset: $dataset})<-[key:KEY_USER_OF {run: $run}]-() } AS key_users,
       COUNT { (:NeighbourGroup {dataset: $dataset, run: $run}) } AS groups
