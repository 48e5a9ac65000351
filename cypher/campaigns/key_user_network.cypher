// The key users of a campaign and the reached users they influence most, for drawing; a key user without any has one row with no target
// parameters: $dataset (string), $campaign (string), $run (string), $before (ISO moment with zone), $per_user (integer)
// returns: source (string), target (string), probability (float), target_rank (integer), target_group (integer), source_rank (integer), source_group (integer), target_took_part (boolean)
MATCH (source:User)-[key:KEY_USER_OF {run: $run}]->(campaign:Campaign {dataset: $dataset, id: $campaign})
CALL (source, campaign) {
  OPTIONAL MATCH (source)-[edge:INFLUENCES {run: $run}]->(target:User)-[:TARGETED_BY]->(campaign)
  RETURN target, edge.probability AS probability
  ORDER BY probability DESC, target.id LIMIT $per_user
}
OPTIONAL MATCH (target)-[other:KEY_USER_OF {run: $run}]->(campaign)
OPTIONAL MATCH (source)-[:IN_GROUP {run: $run}]->(own:NeighbourGroup)-[:OF]->(campaign)
OPTIONAL MATCH (target)-[:IN_GROUP {run: $run}]->(its:NeighbourGroup)-[:OF]->(campaign)
RETURN source.id AS source, target.id AS target, probability,
       other.rank AS target_rank, its.rank AS target_group,
       key.rank AS source_rank, own.rank AS source_group,
       target IS NOT NULL AND EXISTS { MATCH (target)-[part:PARTICIPATED_IN]->(campaign) WHERE part.at < datetime($before) } AS target_took_part
ORDER BY source_rank, probability DESC, target
