// Derive the participations in a campaign from any behaviour of one kind by targeted users
// parameters: $dataset (string), $campaign (string), $type (string), $weight (float), $import (integer), $since (integer), $window (boolean)
// returns: rows (integer)
// access: write
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})
// Existing participations are read once; matching them per row scans all of them in a new database.
CALL (campaign) {
  MATCH (campaign)<-[part:PARTICIPATED_IN {behaviour: $type}]-(user)
  RETURN collect([user, part.at]) AS there
}
MATCH (campaign)<-[:TARGETED_BY]-(user:User)-[behaviour:$($type)]->()
WHERE behaviour.import >= $since AND (NOT $window OR campaign.starts_at <= behaviour.at < campaign.ends_at)
WITH DISTINCT campaign, there, user, behaviour.at AS at
WHERE NOT [user, at] IN there
CREATE (user)-[:PARTICIPATED_IN {at: at, behaviour: $type, weight: $weight, import: $import}]->(campaign)
RETURN count(*) AS rows
