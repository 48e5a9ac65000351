// The key users and group members of every campaign that started before the cut-off, for data sets with open campaigns
// parameters: $dataset (string), $run (string), $before (ISO moment with zone)
// returns: campaign (string), user (string), score (float), group (string)
// access: read
MATCH (campaign:Campaign {dataset: $dataset}) WHERE campaign.starts_at < datetime($before)
CALL (campaign) {
  MATCH (campaign)<-[key:KEY_USER_OF {run: $run}]-(user:User)
  RETURN user, key.score AS score, null AS group
  UNION
  MATCH (campaign)<-[:OF]-(group:NeighbourGroup {run: $run})<-[:IN_GROUP {run: $run}]-(user:User)
  RETURN user, 0.0 AS score, group.id AS group
}
RETURN campaign.id AS campaign, user.id AS user, max(score) AS score, max(group) AS group
ORDER BY campaign, user
