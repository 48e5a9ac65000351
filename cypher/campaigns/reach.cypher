// The users a campaign can reach, with their group and an attribute (a property, or a tag of that kind): those targeted before the cut-off, or up to the first day of a campaign to come; if there are none, it is open to all users active before the cut-off
// parameters: $dataset (string), $campaign (string), $run (string), $before (ISO moment with zone), $derived (list of strings, relationship types that are no behaviours), $attribute (string or null)
// returns: user (string), group (integer or null, rank of the group), value (string or null)
// access: read
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})
CALL (campaign) {
  MATCH (campaign)<-[reached:TARGETED_BY]-(user:User)
  WHERE reached.at < datetime($before)
     OR (campaign.starts_at >= datetime($before) AND date(reached.at) <= date(campaign.starts_at))
  RETURN collect(user) AS targeted
}
CALL (targeted) {
  UNWIND targeted AS user
  RETURN user
UNION
  WITH targeted WHERE targeted = []
  MATCH (user:User {dataset: $dataset})
  WHERE EXISTS { (user)-[behaviour]->() WHERE NOT type(behaviour) IN $derived AND behaviour.at < datetime($before) }
  RETURN user
}
OPTIONAL MATCH (user)-[:IN_GROUP {run: $run}]->(group:NeighbourGroup)-[:OF]->(campaign)
RETURN user.id AS user, group.rank AS group,
       CASE WHEN $attribute IS NOT NULL THEN coalesce(
         toStringOrNull(user[$attribute]),
         head(COLLECT {
           MATCH (user)-[has:HAS_TAG]->(tag:Tag {kind: $attribute})
           WHERE coalesce(has.run, $run) = $run AND (has.at IS NULL OR has.at < datetime($before))
           RETURN coalesce(tag.text, tag.id) ORDER BY has.weight DESC, tag.id LIMIT 1
         })
       ) END AS value
ORDER BY user
