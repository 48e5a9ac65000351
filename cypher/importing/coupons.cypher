// Load coupons and their campaigns; existing ones do not change
// parameters: $dataset (string), $import (integer), $rows (list of {row, id, campaign})
// returns: row (integer, rejected), column (string, references an unknown id)
// access: write
UNWIND $rows AS row
OPTIONAL MATCH (campaign:Campaign {dataset: $dataset, id: row.campaign})
FOREACH (_ IN CASE WHEN campaign IS NULL THEN [] ELSE [1] END |
  MERGE (coupon:Coupon {dataset: $dataset, id: row.id}) ON CREATE SET coupon.import = $import
  MERGE (coupon)-[of:OF]->(campaign) ON CREATE SET of.import = $import)
WITH row, campaign WHERE campaign IS NULL
RETURN row.row AS row, 'campaign' AS column
