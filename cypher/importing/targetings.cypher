// Load targetings of users by campaigns; the default time is the campaign's start, and others are marked as stated
// parameters: $dataset (string), $import (integer), $zone (string), $rows (list of {row, user, campaign, at})
// returns: row (integer, rejected), column (string, references an unknown id)
// access: write
UNWIND $rows AS row
OPTIONAL MATCH (user:User {dataset: $dataset, id: row.user})
OPTIONAL MATCH (campaign:Campaign {dataset: $dataset, id: row.campaign})
FOREACH (_ IN CASE WHEN user IS NULL OR campaign IS NULL THEN [] ELSE [1] END |
  MERGE (user)-[reached:TARGETED_BY]->(campaign)
  ON CREATE SET reached.import = $import, reached.at = CASE WHEN row.at IS NULL THEN campaign.starts_at
    ELSE datetime({epochMillis: row.at, timezone: $zone}) END,
    reached.stated = CASE WHEN row.at IS NOT NULL THEN true END)
WITH row, user, campaign WHERE user IS NULL OR campaign IS NULL
RETURN row.row AS row, CASE WHEN user IS NULL THEN 'user' ELSE 'campaign' END AS column
