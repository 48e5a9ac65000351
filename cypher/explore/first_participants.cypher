// Who took part in a campaign first?
// parameters: $dataset (string), $campaign (string), $most (integer)
// returns: user, first_at, behaviour, key_user_rank, later_days (on which the user took part again)
// access: read
// defaults: {"dataset": "complete-journey", "campaign": "18", "most": 25}
MATCH (run:Run {dataset: $dataset, kind: 'network', state: 'complete'})
WITH run ORDER BY run.cutoff DESC LIMIT 1
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})<-[part:PARTICIPATED_IN]-(user:User)
WITH run, campaign, user, part ORDER BY part.at
WITH run, campaign, user, collect(part) AS parts
OPTIONAL MATCH (user)-[key:KEY_USER_OF {run: run.id}]->(campaign)
WITH user, parts, key ORDER BY parts[0].at LIMIT $most
UNWIND parts AS part
RETURN user.id AS user, toString(localdatetime.truncate('minute', parts[0].at)) AS first_at, parts[0].behaviour AS behaviour, key.rank AS key_user_rank,
       count(DISTINCT date(part.at)) - 1 AS later_days
ORDER BY first_at
