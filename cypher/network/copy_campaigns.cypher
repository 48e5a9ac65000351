// Copy key users and neighbour groups of inactive campaigns from an earlier run to another
// parameters: $dataset (string), $from (string, the earlier run), $run (string), $campaigns (list of strings, without participations since the earlier run)
// returns: rows (integer)
// access: write
CALL () {
  MATCH (campaign:Campaign {dataset: $dataset})<-[key:KEY_USER_OF {run: $from}]-(user:User)
  WHERE campaign.id IN $campaigns
  CREATE (user)-[copy:KEY_USER_OF]->(campaign)
  SET copy = key {.*, run: $run}
  RETURN count(*) AS rows
UNION ALL
  MATCH (campaign:Campaign {dataset: $dataset})<-[:OF]-(group:NeighbourGroup {run: $from})
  WHERE campaign.id IN $campaigns
  WITH DISTINCT group
  CREATE (copy:NeighbourGroup)
  SET copy = group {.*, run: $run, id: replace(group.id, '/' + $from + '/', '/' + $run + '/')}
  WITH group, copy
  CALL (group, copy) {
    MATCH (group)-[of:OF]->(campaign:Campaign)
    CREATE (copy)-[copied:OF]->(campaign)
    SET copied = properties(of)
  }
  CALL (group, copy) {
    MATCH (group)<-[:IN_GROUP]-(member:User)
    CREATE (member)-[:IN_GROUP {run: $run}]->(copy)
    RETURN count(*) AS members
  }
  RETURN sum(members) AS rows
}
RETURN sum(rows) AS rows
