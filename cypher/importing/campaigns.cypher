// Load campaigns; ends_at is the first moment after the campaign
// parameters: $dataset (string), $zone (string), $rows (list of {id, name, kind, starts, ends})
// returns: rows (integer)
UNWIND $rows AS row
MERGE (campaign:Campaign {dataset: $dataset, id: row.id})
SET campaign.name = row.name, campaign.kind = row.kind, campaign.zone = $zone,
    campaign.starts_at = datetime({epochSeconds: row.starts, timezone: $zone}),
    campaign.ends_at = datetime({epochSeconds: row.ends, timezone: $zone})
RETURN count(*) AS rows
