// Write the texts of campaigns and their vectors
// parameters: $dataset (string), $rows (list of {campaign, text, vector})
// returns: rows (integer)
// access: write
UNWIND $rows AS row
MATCH (campaign:Campaign {dataset: $dataset, id: row.campaign})
SET campaign.text = row.text, campaign.vector = row.vector
RETURN count(*) AS rows
