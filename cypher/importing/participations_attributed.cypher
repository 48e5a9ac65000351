// Derive the participations from behaviours of one kind with products that name a campaign
// parameters: $dataset (string), $type (string), $weight (float), $import (integer), $since (integer), $anew (boolean, remove those that no behaviour supports), $targeted (boolean, only by users whom the campaign had targeted by then), $mixed (boolean, a campaign without targeted users is open to all), $window (boolean)
// returns: added (integer), removed (integer)
// access: autocommit
// One pass over all users in batches; a pass per campaign would read all behaviours each time.
MATCH (user:User {dataset: $dataset})
CALL (user) {
  CALL (user) {
    MATCH (user)-[part:PARTICIPATED_IN {behaviour: $type}]->(campaign)
    RETURN collect([campaign, part.at]) AS there
  }
  CALL (user) {
    MATCH (user)-[behaviour:$($type)]->(:Product)
    WHERE behaviour.import >= $since AND behaviour.campaign IS NOT NULL
    WITH DISTINCT user, behaviour.campaign AS id, behaviour.at AS at
    MATCH (campaign:Campaign {dataset: $dataset, id: id})
    WHERE (NOT $window OR campaign.starts_at <= at < campaign.ends_at)
      AND (NOT $targeted OR EXISTS {
          (user)-[reached:TARGETED_BY]->(campaign)
          WHERE reached.at <= at OR reached.at <= campaign.starts_at
            // A behaviour without a time of day is at its midnight.
            OR datetime.truncate('day', reached.at).epochMillis = at.epochMillis
        }
        OR ($mixed AND NOT EXISTS { (campaign)<-[:TARGETED_BY]-() }))
    RETURN collect([campaign, at]) AS supported
  }
  CALL (user, supported) {
    WITH user, supported WHERE $anew
    MATCH (user)-[part:PARTICIPATED_IN {behaviour: $type}]->(campaign) WHERE NOT [campaign, part.at] IN supported
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
