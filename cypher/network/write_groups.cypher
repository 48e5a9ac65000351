// Write the neighbour groups of campaigns and their members
// parameters: $dataset (string), $run (string), $rows (list of {id, campaigns, name, rank, members, factors, risk_ratio, low, high}; the last four are lists of equal length)
// returns: rows (integer)
// access: write
UNWIND $rows AS row
CREATE (group:NeighbourGroup {dataset: $dataset, id: row.id, run: $run, name: row.name, rank: row.rank,
                              size: size(row.members), factors: row.factors, factor_risk_ratios: row.risk_ratio,
                              factor_low: row.low, factor_high: row.high})
WITH group, row
CALL (group, row) {
  UNWIND row.campaigns AS id
  MATCH (campaign:Campaign {dataset: $dataset, id: id})
  CREATE (group)-[:OF]->(campaign)
}
UNWIND row.members AS member
MATCH (user:User {dataset: $dataset, id: member})
CREATE (user)-[:IN_GROUP {run: $run}]->(group)
RETURN count(*) AS rows
