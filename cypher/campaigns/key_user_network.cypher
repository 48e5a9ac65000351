// The key users of a campaign and the reached users they influence most, for drawing; a key user without targets has one row with null
// parameters: $dataset (string), $campaign (string), $run (string)
// returns: source (string), target (string), probability (float), target_rank (integer), target_group (integer), source_rank (integer), source_group (integer), target_took_part (boolean)
// access: read
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})<-[key:KEY_USER_OF {run: $run}]-(source:User)
UNWIND CASE size(key.targets) WHEN 0 THEN [null] ELSE range(0, size(key.targets) - 1) END AS place
RETURN source.id AS source, key.targets[place] AS target, key.target_probabilities[place] AS probability,
       nullIf(key.target_ranks[place], 0) AS target_rank, nullIf(key.target_groups[place], 0) AS target_group,
       key.rank AS source_rank, key.group AS source_group,
       coalesce(key.targets_took_part[place], false) AS target_took_part
ORDER BY source_rank, probability DESC, target
