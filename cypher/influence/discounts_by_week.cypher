// Purchases and shelf discounts of the products that a campaign promotes, by week, one row of lists per product
// parameters: $dataset (string), $campaign (string), $before (ISO moment with zone)
// returns: product (string), and lists with one entry per week: week (integer, 0 for the seven days before the cut-off), purchases (integer), value (money), discount (money, without coupons)
// access: read
MATCH (:Campaign {dataset: $dataset, id: $campaign})-[:PROMOTES]->(product)<-[purchase:PURCHASED]-()
WHERE purchase.at < datetime($before)
WITH product, toInteger((duration.inDays(date(purchase.at), date(datetime($before))).days - 1) / 7) AS week,
     count(*) AS purchases, sum(coalesce(purchase.value, 0.0)) AS value,
     sum(coalesce(purchase.discount, 0.0) - coalesce(purchase.coupon_discount, 0.0)) AS discount
ORDER BY product.id, week
RETURN product.id AS product, collect(week) AS week, collect(purchases) AS purchases, collect(value) AS value,
       collect(discount) AS discount
