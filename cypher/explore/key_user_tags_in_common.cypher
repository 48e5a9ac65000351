// Which tags do the key users of two campaigns have in common?
// parameters: $dataset (string), $campaign (string), $other (string)
// returns: tag, key_users_with_tag, in_first_campaign, in_second_campaign
// access: read
// defaults: {"dataset": "complete-journey", "campaign": "18", "other": "13"}
MATCH (run:Run {dataset: $dataset, kind: 'network', state: 'complete'})
WITH run ORDER BY run.cutoff DESC LIMIT 1
MATCH (user:User)-[:KEY_USER_OF {run: run.id}]->(campaign:Campaign {dataset: $dataset})
WHERE campaign.id IN [$campaign, $other]
MATCH (user)-[has:HAS_TAG]->(tag:Tag) WHERE coalesce(has.run, run.id) = run.id
WITH tag, count(DISTINCT user) AS users,
     count(DISTINCT CASE WHEN campaign.id = $campaign THEN user END) AS in_first_campaign,
     count(DISTINCT CASE WHEN campaign.id = $other THEN user END) AS in_second_campaign
WHERE in_first_campaign > 0 AND in_second_campaign > 0
RETURN coalesce(tag.text, tag.id) AS tag, users AS key_users_with_tag, in_first_campaign, in_second_campaign
ORDER BY users DESC, tag LIMIT 25
