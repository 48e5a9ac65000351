// The window, target users, products and coupons of each campaign
// parameters: $dataset (string)
// returns: campaign (string), starts (integer, milliseconds), ends (integer, milliseconds), users (list of string), reached (list of integer, when it targeted each of them), products (list of string), coupons (list of string)
// access: read
MATCH (campaign:Campaign {dataset: $dataset})
CALL (campaign) {
  MATCH (campaign)<-[reached:TARGETED_BY]-(user:User)
  RETURN collect(user.id) AS users, collect(coalesce(reached.at, campaign.starts_at).epochMillis) AS reached
}
RETURN campaign.id AS campaign, campaign.starts_at.epochMillis AS starts, campaign.ends_at.epochMillis AS ends,
       users, reached,
       COLLECT { MATCH (campaign)-[:PROMOTES]->(product:Product) RETURN product.id } AS products,
       COLLECT { MATCH (campaign)<-[:OF]-(coupon:Coupon) RETURN coupon.id } AS coupons
ORDER BY campaign
