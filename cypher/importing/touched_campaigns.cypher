// List campaigns whose participations imports from $since on may have changed; anew: earlier behaviours may count, because the campaign, its target group or its products are new
// parameters: $dataset (string), $since (integer), $first (integer, milliseconds), $last (integer, milliseconds), $window (boolean)
// returns: campaign (string), anew (boolean)
// access: read
MATCH (campaign:Campaign {dataset: $dataset})
WITH campaign, campaign.import >= $since OR coalesce(campaign.changed_by, -1) >= $since
  OR EXISTS { (campaign)<-[new:TARGETED_BY]-() WHERE new.import >= $since }
  OR EXISTS { (campaign)-[new:PROMOTES]->() WHERE new.import >= $since }
  OR EXISTS { (campaign)<-[new:OF]-(:Coupon) WHERE new.import >= $since } AS anew
WHERE anew OR NOT $window
  OR (campaign.starts_at.epochMillis <= $last AND $first < campaign.ends_at.epochMillis)
RETURN campaign.id AS campaign, anew ORDER BY campaign
