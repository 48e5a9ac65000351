// The users a campaign can reach (all users active before the cut-off if it is open to all), with their group and an attribute: a property, or a tag of that kind
// parameters: $dataset (string), $campaign (string), $run (string), $before (ISO moment with zone), $derived (list of strings, relationship types that are no behaviours), $attribute (string or null)
// returns: user (string), group (integer or null, rank of the group), value (string or null)
// access: read
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})
CALL (campaign) {
  MATCH (campaign)<-[:TARGETED_BY]-(user:User)
  RETURN user
UNION
  WITH campaign WHERE NOT EXISTS { (campaign)<-[:TARGETED_BY]-() }
  MATCH (user:User {dataset: $dataset})
  WHERE EXISTS { (user)-[behaviour]->() WHERE NOT type(behaviour) IN $derived AND behaviour.at < datetime($before) }
  RETURN user
}
OPTIONAL MATCH (user)-[:IN_GROUP {run: $run}]->(group:NeighbourGroup)-[:OF]->(campaign)
RETURN user.id AS user, group.rank AS group,
       CASE WHEN $attribute IS NOT NULL THEN coalesce(
         toStringOrNull(user[$attribute]),
         head([(user)-[:HAS_TAG]->(tag:Tag {kind: $attribute}) | coalesce(tag.text, tag.id)])
       ) END AS value
ORDER BY user
