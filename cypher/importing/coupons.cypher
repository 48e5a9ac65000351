// Load coupons and the campaigns they belong to; a row that is there already changes nothing
// parameters: $dataset (string), $import (integer), $rows (list of {row, id, campaign})
// returns: row (integer, refused), column (string, what is not there)
// access: write
UNWIND $rows AS row
OPTIONAL MATCH (campaign:Campaign {dataset: $dataset, id: row.campaign})
FOREACH (_ IN CASE WHEN campaign IS NULL THEN [] ELSE [1] END |
  MERGE (coupon:Coupon {dataset: $dataset, id: row.id}) ON CREATE SET coupon.import = $import
  MERGE (coupon)-[of:OF]->(campaign) ON CREATE SET of.import = $import)
WITH row, campaign WHERE campaign IS NULL
RETURN row.row AS row, 'campaign' AS column
