// The kinds of behaviours that each user of a campaign showed in its window, counted by combination of kinds
// parameters: $dataset (string), $campaign (string), $others (list of string, types of behaviours that do not count as participation), $before (ISO moment with zone)
// returns: types (list of string), users (integer)
// access: read
// Of the other types, behaviours of target users with promoted products or coupons of the campaign, or that name it,
// belong to it; all of them if it promotes no products. An open campaign has those with it, its products or coupons.
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})
WITH campaign, EXISTS { (campaign)-[:PROMOTES]->() } AS promotes, EXISTS { (campaign)<-[reached:TARGETED_BY]-() WHERE reached.at < datetime($before) } AS targeted
CALL (campaign, promotes, targeted) {
  MATCH (campaign)<-[part:PARTICIPATED_IN]-(user:User) WHERE part.at < datetime($before)
  RETURN user, part.behaviour AS type
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
  RETURN user, type(behaviour) AS type
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
  RETURN user, type(behaviour) AS type
}
WITH user, type ORDER BY type
WITH user, collect(DISTINCT type) AS types
RETURN types, count(*) AS users
ORDER BY users DESC, types
