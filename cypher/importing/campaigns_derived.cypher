// Record from which state of each campaign its participations are derived
// parameters: $dataset (string), $rows (list of {campaign, state})
// returns: rows (integer)
// access: write
UNWIND $rows AS row
MATCH (campaign:Campaign {dataset: $dataset, id: row.campaign})
SET campaign.derived_from = row.state
RETURN count(*) AS rows
