// The neighbour groups of a campaign: how large, how many took part before the network's cut-off, and their key users
// parameters: $dataset (string), $campaign (string), $run (string), $before (ISO moment with zone)
// returns: id (string), rank (integer), name (string), size (integer), participants (integer), key_users (list of string)
MATCH (group:NeighbourGroup {dataset: $dataset, run: $run})-[:OF]->(campaign:Campaign {dataset: $dataset, id: $campaign})
MATCH (member:User)-[:IN_GROUP]->(group)
WITH campaign, group, member,
     EXISTS { MATCH (member)-[part:PARTICIPATED_IN]->(campaign) WHERE part.at < datetime($before) } AS took_part
OPTIONAL MATCH (member)-[key:KEY_USER_OF {run: $run}]->(campaign)
WITH group, took_part, member, key ORDER BY key.rank
RETURN group.id AS id, group.rank AS rank, group.name AS name, count(member) AS size,
       sum(CASE WHEN took_part THEN 1 ELSE 0 END) AS participants,
       collect(CASE WHEN key IS NULL THEN null ELSE member.id END) AS key_users
ORDER BY rank
