// Which coupons of a campaign were redeemed most?
// parameters: $dataset (string), $campaign (string), $most (integer)
// returns: coupon, redeemers, redemptions, products (discounted by it), categories
// access: read
// defaults: {"dataset": "complete-journey", "campaign": "18", "most": 25}
MATCH (coupon:Coupon)-[:OF]->(campaign:Campaign {dataset: $dataset, id: $campaign})
MATCH (coupon)<-[redemption]-(user:User) WHERE redemption.at IS NOT NULL AND coalesce(redemption.campaign, $campaign) = $campaign
WITH coupon, count(DISTINCT user) AS redeemers, count(redemption) AS redemptions
ORDER BY redeemers DESC LIMIT $most
CALL (coupon) {
  MATCH (coupon)-[:DISCOUNTS {campaign: $campaign}]->(product:Product)
  RETURN count(product) AS products, collect(DISTINCT product.category)[..3] AS categories
}
RETURN coupon.id AS coupon, redeemers, redemptions, products, categories
ORDER BY redeemers DESC
