// Derive the participations in a campaign from behaviours of one kind whose object is the campaign or one of its coupons
// parameters: $dataset (string), $campaign (string), $type (string), $weight (float), $import (integer), $since (integer), $anew (boolean, remove those that no behaviour supports), $targeted (boolean, only by users whom the campaign had targeted by then), $window (boolean)
// returns: added (integer), removed (integer)
// access: write
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})
// Existing participations are read once; matching them per row scans all of them in a new database.
CALL (campaign) {
  MATCH (campaign)<-[part:PARTICIPATED_IN {behaviour: $type}]-(user)
  RETURN collect([user, part.at]) AS there
}
CALL (campaign) {
  CALL (campaign) {
    MATCH (user:User)-[behaviour:$($type)]->(campaign)
    RETURN user, behaviour
  UNION
    MATCH (campaign)<-[:OF]-(:Coupon)<-[behaviour:$($type)]-(user:User)
    WHERE coalesce(behaviour.campaign, campaign.id) = campaign.id
    RETURN user, behaviour
  }
  WITH DISTINCT campaign, user, behaviour.at AS at, behaviour.import AS loaded_by
  WHERE loaded_by >= $since AND (NOT $window OR campaign.starts_at <= at < campaign.ends_at)
    AND (NOT $targeted OR EXISTS {
      (user)-[reached:TARGETED_BY]->(campaign)
      WHERE reached.at <= at OR reached.at <= campaign.starts_at
        // A behaviour without a time of day is at its midnight.
        OR datetime.truncate('day', reached.at).epochMillis = at.epochMillis
    })
  WITH DISTINCT user, at
  RETURN collect([user, at]) AS supported
}
CALL (campaign, supported) {
  WITH campaign, supported WHERE $anew
  MATCH (campaign)<-[part:PARTICIPATED_IN {behaviour: $type}]-(user) WHERE NOT [user, part.at] IN supported
  DELETE part
  RETURN count(*) AS removed
}
CALL (campaign, there, supported) {
  UNWIND supported AS pair
  WITH campaign, there, pair WHERE NOT pair IN there
  WITH campaign, pair[0] AS user, pair[1] AS at
  CREATE (user)-[:PARTICIPATED_IN {at: at, behaviour: $type, weight: $weight, import: $import}]->(campaign)
  RETURN count(*) AS added
}
RETURN added, removed
