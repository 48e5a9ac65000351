// The neighbour groups of a campaign with their size, participants before the network's cut-off and key users
// parameters: $dataset (string), $campaign (string), $run (string)
// returns: id (string), rank (integer), name (string), size (integer), participants (integer), key_users (list of string), factors (list of {factor, risk_ratio, low, high}), step_days (integer), activity (list of {behaviour, users: list of integers, one a step}), starts, ends (ISO dates of the campaign, the end exclusive), cutoff (ISO date of the network)
// access: read
MATCH (run:Run {dataset: $dataset, id: $run})
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})<-[of:OF]-(group:NeighbourGroup {run: $run})
RETURN group.id AS id, group.rank AS rank, group.name AS name, group.size AS size,
       of.participants AS participants, of.key_users AS key_users, of.step_days AS step_days,
       [place IN range(0, coalesce(size(group.factors), 0) - 1) | {factor: group.factors[place], risk_ratio: group.factor_risk_ratios[place],
         low: group.factor_low[place], high: group.factor_high[place]}] AS factors,
       [place IN range(0, coalesce(size(of.behaviours), 0) - 1) | {behaviour: of.behaviours[place],
         users: of.behaviour_users[place * size(of.behaviour_users) / size(of.behaviours)..(place + 1) * size(of.behaviour_users) / size(of.behaviours)]}] AS activity,
       toString(date(campaign.starts_at)) AS starts,
       toString(date(campaign.ends_at - duration({seconds: 1})) + duration({days: 1})) AS ends,
       toString(run.cutoff) AS cutoff
ORDER BY rank
