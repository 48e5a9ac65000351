// Load targetings of users by campaigns, of which the earliest counts; the default time is the campaign's start, and others are marked as stated
// parameters: $dataset (string), $import (integer), $zone (string), $rows (list of {row, user, campaign, at})
// returns: row (integer, rejected), column (string, references an unknown id; null: the row brought an earlier time)
// access: write
UNWIND $rows AS row
OPTIONAL MATCH (user:User {dataset: $dataset, id: row.user})
OPTIONAL MATCH (campaign:Campaign {dataset: $dataset, id: row.campaign})
CALL (row, user, campaign) {
  WITH row, user, campaign WHERE user IS NOT NULL AND campaign IS NOT NULL
  MERGE (user)-[reached:TARGETED_BY]->(campaign)
  ON CREATE SET reached.import = $import, reached.at = CASE WHEN row.at IS NULL THEN campaign.starts_at
    ELSE datetime({epochMillis: row.at, timezone: $zone}) END,
    reached.stated = CASE WHEN row.at IS NOT NULL THEN true END
  WITH row, campaign, reached
  WHERE reached.import <> $import AND reached.stated AND (row.at IS NULL OR row.at < reached.at.epochMillis)
  // For an undo of this import.
  SET reached.later = coalesce(reached.later, []) + reached.at, reached.moved_by = coalesce(reached.moved_by, []) + $import
  SET reached.at = CASE WHEN row.at IS NULL THEN campaign.starts_at ELSE datetime({epochMillis: row.at, timezone: $zone}) END,
    reached.stated = CASE WHEN row.at IS NOT NULL THEN true END
  // Earlier behaviours may count now.
  REMOVE campaign.derived_from
  RETURN count(*) AS moved
}
WITH row, user, campaign, moved WHERE user IS NULL OR campaign IS NULL OR moved > 0
RETURN row.row AS row, CASE WHEN user IS NULL THEN 'user' WHEN campaign IS NULL THEN 'campaign' END AS column
