// Write the neighbour groups of campaigns and their members
// parameters: $dataset (string), $run (string), $rows (list of {id, campaign, name, rank, members})
// returns: rows (integer)
UNWIND $rows AS row
MATCH (campaign:Campaign {dataset: $dataset, id: row.campaign})
CREATE (group:NeighbourGroup {dataset: $dataset, id: row.id, campaign: row.campaign, run: $run,
                              name: row.name, rank: row.rank, size: size(row.members)})-[:OF]->(campaign)
WITH group, row
UNWIND row.members AS member
MATCH (user:User {dataset: $dataset, id: member})
CREATE (user)-[:IN_GROUP {run: $run}]->(group)
RETURN count(*) AS rows
