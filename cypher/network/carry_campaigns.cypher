// Carry key users and neighbour groups of campaigns in which nothing happened since an earlier run on to another
// parameters: $dataset (string), $from (string, the earlier run), $run (string), $campaigns (list of strings)
// returns: rows (integer)
CALL () {
  MATCH (campaign:Campaign {dataset: $dataset})<-[key:KEY_USER_OF {run: $from}]-(user:User)
  WHERE campaign.id IN $campaigns
  CREATE (user)-[again:KEY_USER_OF]->(campaign)
  SET again = key {.*, run: $run}
  RETURN count(*) AS rows
UNION ALL
  MATCH (campaign:Campaign {dataset: $dataset})<-[:OF]-(group:NeighbourGroup {run: $from})
  WHERE campaign.id IN $campaigns
  WITH DISTINCT group
  CREATE (again:NeighbourGroup)
  SET again = group {.*, run: $run, id: replace(group.id, '/' + $from + '/', '/' + $run + '/')}
  WITH group, again
  CALL (group, again) {
    MATCH (group)-[of:OF]->(campaign:Campaign)
    CREATE (again)-[told:OF]->(campaign)
    SET told = properties(of)
  }
  CALL (group, again) {
    MATCH (group)<-[:IN_GROUP]-(member:User)
    CREATE (member)-[:IN_GROUP {run: $run}]->(again)
    RETURN count(*) AS members
  }
  RETURN sum(members) AS rows
}
RETURN sum(rows) AS rows
