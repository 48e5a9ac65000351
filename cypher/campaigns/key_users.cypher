// List the key users of a campaign with their tags and their participations before the network's cut-off
// parameters: $dataset (string), $campaign (string), $run (string)
// returns: user (string), rank (integer), score (float), low (float), high (float), centrality (float), group (integer, rank of the group), participations (integer), last (ISO date), tags (list of string)
// access: read
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})<-[key:KEY_USER_OF {run: $run}]-(user:User)
RETURN user.id AS user, key.rank AS rank, key.score AS score, key.low AS low, key.high AS high,
       key.centrality AS centrality, key.group AS group, key.participations AS participations,
       toString(date(key.last)) AS last, key.tags AS tags
ORDER BY rank
