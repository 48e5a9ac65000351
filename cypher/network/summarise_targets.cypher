// Store on each KEY_USER_OF relationship the targeted users whom the key user influences most, for drawing; lists of equal length, 0 for no rank and no group
// parameters: $dataset (string), $run (string), $before (ISO moment with zone), $campaigns (list of strings), $per_user (integer)
// returns: rows (integer)
// access: write
MATCH (campaign:Campaign {dataset: $dataset})<-[key:KEY_USER_OF {run: $run}]-(source:User)
WHERE campaign.id IN $campaigns
CALL (source, campaign) {
  MATCH (source)-[edge:INFLUENCES {run: $run}]->(target:User)
  // A campaign without targeted users is open to all.
  WHERE EXISTS { (target)-[reached:TARGETED_BY]->(campaign) WHERE reached.at < datetime($before) }
     OR NOT EXISTS { (campaign)<-[reached:TARGETED_BY]-() WHERE reached.at < datetime($before) }
  WITH target, edge.probability AS probability, campaign
  ORDER BY probability DESC, target.id LIMIT $per_user
  OPTIONAL MATCH (target)-[other:KEY_USER_OF {run: $run}]->(campaign)
  OPTIONAL MATCH (target)-[:IN_GROUP {run: $run}]->(group:NeighbourGroup)-[:OF]->(campaign)
  WITH target, probability, coalesce(min(other.rank), 0) AS rank, coalesce(min(group.rank), 0) AS group,
       EXISTS { MATCH (target)-[part:PARTICIPATED_IN]->(campaign) WHERE part.at < datetime($before) } AS took_part
  ORDER BY probability DESC, target.id
  RETURN collect(target.id) AS targets, collect(probability) AS probabilities, collect(rank) AS ranks,
         collect(group) AS groups, collect(took_part) AS took_part
}
SET key.targets = targets, key.target_probabilities = probabilities, key.target_ranks = ranks,
    key.target_groups = groups, key.targets_took_part = took_part
RETURN count(*) AS rows
