// The users of a campaign by kind of behaviour and hour, day, week or month, from its launch on; steps without such users are left out
// parameters: $dataset (string), $campaign (string), $counted (list of string, types of behaviours that count as participation), $others (list of string, types of those that do not), $before (ISO moment with zone), $unit (string, hour, day, week or month)
// returns: type (string), step (ISO moment of local time), users (integer)
// access: read
// Which behaviours belong to the campaign: as in campaigns/funnel.
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})
WITH campaign, EXISTS { (campaign)-[:PROMOTES]->() } AS promotes, EXISTS { (campaign)<-[reached:TARGETED_BY]-() WHERE reached.at < datetime($before) } AS targeted
CALL (campaign, promotes, targeted) {
  MATCH (campaign)<-[part:PARTICIPATED_IN]-(user:User)
  WHERE part.at < datetime($before) AND part.at >= campaign.starts_at AND part.behaviour IN $counted
  RETURN user, part.behaviour AS type, part.at AS at
UNION
  WITH campaign, promotes, targeted WHERE targeted
  MATCH (campaign)<-[reached:TARGETED_BY]-(user:User)-[behaviour:$any($others)]->(object)
  WHERE reached.at < datetime($before) AND behaviour.at < datetime($before)
    AND campaign.starts_at <= behaviour.at < campaign.ends_at
    AND (reached.at <= behaviour.at OR reached.at <= campaign.starts_at
      // A behaviour without a time of day is at its midnight.
      OR datetime.truncate('day', reached.at).epochMillis = behaviour.at.epochMillis)
    AND (NOT promotes OR behaviour.campaign = campaign.id OR object = campaign
      OR EXISTS { (object)<-[:PROMOTES]-(campaign) } OR EXISTS { (object)-[:OF]->(campaign) })
  RETURN user, type(behaviour) AS type, behaviour.at AS at
UNION
  WITH campaign, promotes, targeted WHERE NOT targeted
  CALL (campaign) {
    RETURN campaign AS object
  UNION
    MATCH (campaign)-[:PROMOTES]->(object) RETURN object
  UNION
    MATCH (campaign)<-[:OF]-(object:Coupon) RETURN object
  }
  MATCH (object)<-[behaviour:$any($others)]-(user:User)
  WHERE behaviour.at < datetime($before) AND campaign.starts_at <= behaviour.at < campaign.ends_at
  RETURN user, type(behaviour) AS type, behaviour.at AS at
}
RETURN type, toString(localdatetime.truncate($unit, at)) AS step, count(DISTINCT user) AS users
ORDER BY type, step
