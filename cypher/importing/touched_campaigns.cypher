// List campaigns whose participations may have changed: all that are not derived from their current state, and those whose window contains new behaviours
// parameters: $dataset (string), $rules (string, identifies the kinds and the participation rule), $first (integer, milliseconds), $last (integer, milliseconds), $window (boolean)
// returns: campaign (string), anew (boolean, earlier behaviours may count or not count any more), state (string), open (boolean, it has no targeted users)
// access: read
MATCH (campaign:Campaign {dataset: $dataset})
WITH campaign, COUNT { (campaign)<-[:TARGETED_BY]-() } AS targeted
// Imports only add targeted users, products and coupons, so that their numbers tell whether any was added.
WITH campaign, targeted = 0 AS open, $rules + ' from ' + campaign.starts_at.epochMillis + ' to ' + campaign.ends_at.epochMillis
  + ', ' + targeted + ' users, ' + COUNT { (campaign)-[:PROMOTES]->() } + ' products, '
  + COUNT { (campaign)<-[:OF]-(:Coupon) } + ' coupons' AS state
WITH campaign, open, state, coalesce(campaign.derived_from <> state, true) AS anew
WHERE anew OR NOT $window
  OR (campaign.starts_at.epochMillis <= $last AND $first < campaign.ends_at.epochMillis)
RETURN campaign.id AS campaign, anew, state, open ORDER BY campaign
