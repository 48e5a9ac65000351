// Return the profile of a user: attributes, behaviours, tags and campaigns
// parameters: $dataset (string), $user (string), $run (string or null), $derived (list of strings, relationship types that are no behaviours)
// returns: user (string), properties (map), behaviours (list of {kind, times, value (less returns), first, last}), tags (list of {tag, text, kind, weight, source}), campaigns (list of {campaign, name, reached, participations, first, last})
// access: read
MATCH (user:User {dataset: $dataset, id: $user})
CALL (user) {
  OPTIONAL MATCH (user)-[behaviour]->() WHERE NOT type(behaviour) IN $derived
  WITH type(behaviour) AS kind, head(collect(behaviour.returns)) AS returns, count(behaviour) AS times,
       sum(behaviour.value) AS value, min(behaviour.at) AS first, max(behaviour.at) AS last
  ORDER BY times DESC, kind
  // What a kind returns is taken off the value of that kind.
  WITH collect({kind: kind, returns: returns, times: times, value: value, first: first, last: last}) AS kinds
  UNWIND kinds AS row
  WITH row.kind AS kind, row.times AS times, row.first AS first, row.last AS last,
       row.value - reduce(taken = 0.0, other IN kinds | taken + CASE other.returns WHEN row.kind THEN abs(other.value) ELSE 0.0 END) AS value
  RETURN collect(CASE WHEN kind IS NULL THEN null ELSE
    {kind: kind, times: times, value: value, first: toString(date(first)), last: toString(date(last))} END) AS behaviours
}
CALL (user) {
  OPTIONAL MATCH (user)-[has:HAS_TAG]->(tag:Tag) WHERE has.run IS NULL OR has.run = $run
  WITH has, tag ORDER BY has.weight DESC, tag.id LIMIT 50
  RETURN collect(CASE WHEN tag IS NULL THEN null ELSE
    {tag: tag.id, text: tag.text, kind: tag.kind, weight: has.weight, source: has.source} END) AS tags
}
CALL (user) {
  OPTIONAL MATCH (user)-[:TARGETED_BY|PARTICIPATED_IN]->(campaign:Campaign)
  WITH DISTINCT user, campaign
  OPTIONAL MATCH (user)-[part:PARTICIPATED_IN]->(campaign)
  WITH user, campaign, count(part) AS participations, min(part.at) AS first, max(part.at) AS last
  ORDER BY campaign.starts_at, campaign.id
  RETURN collect(CASE WHEN campaign IS NULL THEN null ELSE
    {campaign: campaign.id, name: campaign.name, reached: EXISTS { (user)-[:TARGETED_BY]->(campaign) },
     participations: participations, first: toString(date(first)), last: toString(date(last))} END) AS campaigns
}
RETURN user.id AS user, properties(user) AS properties, behaviours, tags, campaigns
