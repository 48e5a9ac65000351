// Load the discounts of coupons on products by campaign; existing ones do not change
// parameters: $dataset (string), $import (integer), $rows (list of {row, campaign, product, coupon, discount, discount_rate, minimum_spend})
// returns: row (integer, rejected), column (string, references an unknown id)
// access: write
UNWIND $rows AS row
OPTIONAL MATCH (campaign:Campaign {dataset: $dataset, id: row.campaign})
OPTIONAL MATCH (product:Product {dataset: $dataset, id: row.product})
OPTIONAL MATCH (coupon:Coupon {dataset: $dataset, id: row.coupon})
FOREACH (_ IN CASE WHEN campaign IS NULL OR product IS NULL OR coupon IS NULL THEN [] ELSE [1] END |
  MERGE (coupon)-[discounts:DISCOUNTS {campaign: row.campaign}]->(product)
  ON CREATE SET discounts.import = $import, discounts.discount = row.discount,
    discounts.discount_rate = row.discount_rate, discounts.minimum_spend = row.minimum_spend)
WITH row, campaign, product, coupon WHERE campaign IS NULL OR product IS NULL OR coupon IS NULL
RETURN row.row AS row,
       CASE WHEN campaign IS NULL THEN 'campaign' WHEN product IS NULL THEN 'product' ELSE 'coupon' END AS column
