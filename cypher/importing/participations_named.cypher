// Derive the participations in a campaign from behaviours of one kind whose object is the campaign or one of its coupons
// parameters: $dataset (string), $campaign (string), $type (string), $weight (float), $import (integer), $since (integer), $targeted (boolean), $window (boolean)
// returns: rows (integer)
// access: write
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})
// Existing participations are read once; matching them per row scans all of them in a new database.
CALL (campaign) {
  MATCH (campaign)<-[part:PARTICIPATED_IN {behaviour: $type}]-(user)
  RETURN collect([user, part.at]) AS there
}
CALL (campaign) {
  MATCH (user:User)-[behaviour:$($type)]->(campaign)
  RETURN user, behaviour
UNION
  MATCH (campaign)<-[:OF]-(:Coupon)<-[behaviour:$($type)]-(user:User)
  WHERE coalesce(behaviour.campaign, campaign.id) = campaign.id
  RETURN user, behaviour
}
WITH DISTINCT campaign, there, user, behaviour.at AS at, behaviour.import AS added
WHERE added >= $since AND (NOT $window OR campaign.starts_at <= at < campaign.ends_at)
  AND (NOT $targeted OR EXISTS { (user)-[:TARGETED_BY]->(campaign) })
WITH DISTINCT campaign, there, user, at
WHERE NOT [user, at] IN there
CREATE (user)-[:PARTICIPATED_IN {at: at, behaviour: $type, weight: $weight, import: $import}]->(campaign)
RETURN count(*) AS rows
