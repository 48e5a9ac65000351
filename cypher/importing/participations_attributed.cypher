// Derive the participations from behaviours of one kind with products that name a campaign
// parameters: $dataset (string), $type (string), $weight (float), $import (integer), $since (integer), $targeted (boolean), $window (boolean)
// returns: rows (integer)
// access: autocommit
// One pass over all users in batches; a pass per campaign would read all behaviours each time.
MATCH (user:User {dataset: $dataset})
CALL (user) {
  CALL (user) {
    MATCH (user)-[part:PARTICIPATED_IN {behaviour: $type}]->(campaign)
    RETURN collect([campaign, part.at]) AS there
  }
  MATCH (user)-[behaviour:$($type)]->(:Product)
  WHERE behaviour.import >= $since AND behaviour.campaign IS NOT NULL
  WITH DISTINCT user, there, behaviour.campaign AS id, behaviour.at AS at
  MATCH (campaign:Campaign {dataset: $dataset, id: id})
  WHERE (NOT $window OR campaign.starts_at <= at < campaign.ends_at)
    AND (NOT $targeted OR EXISTS { (user)-[:TARGETED_BY]->(campaign) })
    AND NOT [campaign, at] IN there
  CREATE (user)-[:PARTICIPATED_IN {at: at, behaviour: $type, weight: $weight, import: $import}]->(campaign)
  RETURN count(*) AS rows
} IN TRANSACTIONS OF 1000 ROWS
RETURN sum(rows) AS rows
