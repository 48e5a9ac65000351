// The neighbour groups of a campaign: how large, how many took part before the network's cut-off, and their key users
// parameters: $dataset (string), $campaign (string), $run (string)
// returns: id (string), rank (integer), name (string), size (integer), participants (integer), key_users (list of string)
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})<-[of:OF]-(group:NeighbourGroup {run: $run})
RETURN group.id AS id, group.rank AS rank, group.name AS name, group.size AS size,
       of.participants AS participants, of.key_users AS key_users
ORDER BY rank
