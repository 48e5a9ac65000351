// Derive who took part in a campaign by one kind of behaviour that names it: the campaign is its object, or the coupon is the campaign's
// parameters: $dataset (string), $campaign (string), $type (string), $weight (float), $import (integer), $since (integer), $targeted (boolean), $window (boolean)
// returns: rows (integer)
// access: write
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})
// What is there already is read once: asked for row by row on a young database, it would be scanned each time.
CALL (campaign) {
  MATCH (campaign)<-[part:PARTICIPATED_IN {behaviour: $type}]-(user)
  RETURN collect([user, part.at]) AS there
}
CALL (campaign) {
  MATCH (user:User)-[act:$($type)]->(campaign)
  RETURN user, act
UNION
  MATCH (campaign)<-[:OF]-(:Coupon)<-[act:$($type)]-(user:User)
  WHERE coalesce(act.campaign, campaign.id) = campaign.id
  RETURN user, act
}
WITH DISTINCT campaign, there, user, act.at AS at, act.import AS added
WHERE added >= $since AND (NOT $window OR campaign.starts_at <= at < campaign.ends_at)
  AND (NOT $targeted OR EXISTS { (user)-[:TARGETED_BY]->(campaign) })
WITH DISTINCT campaign, there, user, at
WHERE NOT [user, at] IN there
CREATE (user)-[:PARTICIPATED_IN {at: at, behaviour: $type, weight: $weight, import: $import}]->(campaign)
RETURN count(*) AS rows
