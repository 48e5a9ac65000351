// Write what campaigns say of themselves, and the vectors of that
// parameters: $dataset (string), $rows (list of {campaign, text, vector})
// returns: rows (integer)
// access: write
UNWIND $rows AS row
MATCH (campaign:Campaign {dataset: $dataset, id: row.campaign})
SET campaign.text = row.text, campaign.vector = row.vector
RETURN count(*) AS rows
