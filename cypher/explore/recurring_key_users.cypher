// Who is a key user of many campaigns?
// parameters: $dataset (string), $most (integer)
// returns: user, campaigns, best_rank, campaign_names (eight at most)
// access: read
// defaults: {"dataset": "complete-journey", "most": 25}
MATCH (run:Run {dataset: $dataset, kind: 'network', state: 'complete'})
WITH run ORDER BY run.cutoff DESC LIMIT 1
MATCH (user:User {dataset: $dataset})-[key:KEY_USER_OF {run: run.id}]->(campaign:Campaign)
WITH user, count(*) AS campaigns, min(key.rank) AS best, collect(campaign.name) AS names
RETURN user.id AS user, campaigns, best AS best_rank, names[..8] AS campaign_names
ORDER BY campaigns DESC, best LIMIT $most
