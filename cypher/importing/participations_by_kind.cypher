// In campaigns, remove the participations by kinds of behaviours that no longer count, and set the weights of the others
// parameters: $dataset (string), $campaigns (list of string), $weights (map)
// returns: removed (integer)
// access: autocommit
MATCH (campaign:Campaign {dataset: $dataset})<-[part:PARTICIPATED_IN]-()
WHERE campaign.id IN $campaigns AND ($weights[part.behaviour] IS NULL OR part.weight <> $weights[part.behaviour])
CALL (part) {
  WITH part, $weights[part.behaviour] AS weight
  FOREACH (_ IN CASE WHEN weight IS NULL THEN [] ELSE [1] END | SET part.weight = weight)
  FOREACH (_ IN CASE WHEN weight IS NULL THEN [1] ELSE [] END | DELETE part)
  RETURN CASE WHEN weight IS NULL THEN 1 ELSE 0 END AS removed
} IN TRANSACTIONS OF 10000 ROWS
RETURN sum(removed) AS removed
