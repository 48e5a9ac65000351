// Derive the participations in campaigns from any behaviour of one kind by any user
// parameters: $dataset (string), $type (string), $weight (float), $import (integer), $since (integer), $anew (boolean, remove those that no behaviour supports), $campaigns (list of string), $window (boolean)
// returns: added (integer), removed (integer)
// access: autocommit
// One pass over all users in batches; a pass per campaign would read all behaviours each time.
CALL () {
  MATCH (campaign:Campaign {dataset: $dataset}) WHERE campaign.id IN $campaigns
  RETURN collect({node: campaign, starts_at: campaign.starts_at, ends_at: campaign.ends_at}) AS campaigns
}
MATCH (user:User {dataset: $dataset})
CALL (user, campaigns) {
  CALL (user) {
    MATCH (user)-[part:PARTICIPATED_IN {behaviour: $type}]->(campaign)
    RETURN collect([campaign, part.at]) AS there
  }
  CALL (user, campaigns) {
    MATCH (user)-[behaviour:$($type)]->() WHERE behaviour.import >= $since
    WITH DISTINCT campaigns, behaviour.at AS at
    UNWIND campaigns AS campaign
    WITH campaign, at WHERE NOT $window OR campaign.starts_at <= at < campaign.ends_at
    RETURN collect([campaign.node, at]) AS supported
  }
  CALL (user, supported) {
    WITH user, supported WHERE $anew
    MATCH (user)-[part:PARTICIPATED_IN {behaviour: $type}]->(campaign)
    WHERE campaign.id IN $campaigns AND NOT [campaign, part.at] IN supported
    DELETE part
    RETURN count(*) AS removed
  }
  CALL (user, there, supported) {
    UNWIND supported AS pair
    WITH user, there, pair WHERE NOT pair IN there
    WITH user, pair[0] AS campaign, pair[1] AS at
    CREATE (user)-[:PARTICIPATED_IN {at: at, behaviour: $type, weight: $weight, import: $import}]->(campaign)
    RETURN count(*) AS added
  }
  RETURN added, removed
} IN TRANSACTIONS OF 1000 ROWS
RETURN sum(added) AS added, sum(removed) AS removed
