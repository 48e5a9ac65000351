// The neighbour groups of a network run with members and factors, the largest first
// parameters: $dataset (string), $run (string)
// returns: user (list of strings), factors, risk_ratio, low, high (lists of equal length)
// access: read
MATCH (group:NeighbourGroup {dataset: $dataset, run: $run})<-[:IN_GROUP]-(member:User)
WITH group, collect(member.id) AS user
RETURN user, group.factors AS factors, group.factor_risk_ratios AS risk_ratio, group.factor_low AS low, group.factor_high AS high
ORDER BY size(user) DESC, group.id
