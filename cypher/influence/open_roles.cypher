// The key users and members of groups that open campaigns share
// parameters: $dataset (string), $run (string), $campaigns (list of strings: the open campaigns)
// returns: user (string), score (float), group (string or null)
// access: read
MATCH (campaign:Campaign {dataset: $dataset}) WHERE campaign.id IN $campaigns
WITH collect(campaign) AS campaigns
CALL (campaigns) {
  UNWIND campaigns AS campaign
  MATCH (campaign)<-[key:KEY_USER_OF {run: $run}]-(user:User)
  RETURN user, max(key.score) AS score, null AS group
  UNION ALL
  UNWIND campaigns AS campaign
  MATCH (campaign)<-[:OF]-(group:NeighbourGroup {run: $run})
  WITH DISTINCT group
  MATCH (group)<-[:IN_GROUP {run: $run}]-(user:User)
  RETURN user, 0.0 AS score, group.id AS group
}
RETURN user.id AS user, max(score) AS score, max(group) AS group
ORDER BY user
