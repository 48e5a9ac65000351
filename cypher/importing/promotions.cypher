// Load the promotions of products by campaigns; existing ones do not change
// parameters: $dataset (string), $import (integer), $rows (list of {row, campaign, product, discount, discount_rate, minimum_spend})
// returns: row (integer, rejected), column (string, references an unknown id)
// access: write
UNWIND $rows AS row
OPTIONAL MATCH (campaign:Campaign {dataset: $dataset, id: row.campaign})
OPTIONAL MATCH (product:Product {dataset: $dataset, id: row.product})
FOREACH (_ IN CASE WHEN campaign IS NULL OR product IS NULL THEN [] ELSE [1] END |
  MERGE (campaign)-[promotes:PROMOTES]->(product)
  ON CREATE SET promotes.import = $import, promotes.discount = row.discount,
    promotes.discount_rate = row.discount_rate, promotes.minimum_spend = row.minimum_spend)
WITH row, campaign, product WHERE campaign IS NULL OR product IS NULL
RETURN row.row AS row, CASE WHEN campaign IS NULL THEN 'campaign' ELSE 'product' END AS column
