// The neighbour groups of a network run, the largest first: members, and the factors that stimulate them
// parameters: $dataset (string), $run (string)
// returns: user (list of strings), factors, times, low, high (lists of one length)
// access: read
MATCH (group:NeighbourGroup {dataset: $dataset, run: $run})<-[:IN_GROUP]-(member:User)
WITH group, collect(member.id) AS user
RETURN user, group.factors AS factors, group.factor_times AS times, group.factor_low AS low, group.factor_high AS high
ORDER BY size(user) DESC, group.id
