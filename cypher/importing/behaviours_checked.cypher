// Load behaviours of one kind unless an earlier import loaded them (with an id, or $twice: or this import)
// parameters: $dataset (string), $import (integer), $zone (string), $type (string), $returns (string or null, the type that these take back), $source (string or null, label of the mapping's source), $object (string, product, coupon or campaign), $users (list of string), $objects (list of string), $campaigns (list of string), $keep_unknown (boolean, load behaviours that name unknown campaigns), $moments (list of integer, milliseconds), $rows (integer), $user (list of integer), $what (list of integer), $at (list of integer), $campaign (list of integer or null), $quantity (list of float), $value (list of float), $discount (list of float), $discount_rate (list of float), $minimum_spend (list of float), $coupon_discount (list of float), $basket (list of string), $store (list of string), $key (list of string), $twice (boolean)
// returns: no_users (list of integer), no_objects (list of integer), no_campaigns (list of integer); positions of unknown ids
// access: write
// Rows refer to users, objects, campaigns and times by position in a list, so that each is matched or created
// once. An empty list means that no row has this value.
CALL () {
  UNWIND $users AS id OPTIONAL MATCH (node:User {dataset: $dataset, id: id})
  RETURN collect([node]) AS found_users
}
CALL () {
  UNWIND CASE $object WHEN 'product' THEN $objects ELSE [] END AS id
  OPTIONAL MATCH (node:Product {dataset: $dataset, id: id})
  RETURN collect([node]) AS found_products
}
CALL () {
  UNWIND CASE $object WHEN 'coupon' THEN $objects ELSE [] END AS id
  OPTIONAL MATCH (node:Coupon {dataset: $dataset, id: id})
  RETURN collect([node]) AS found_coupons
}
CALL () {
  UNWIND CASE $object WHEN 'campaign' THEN $objects ELSE [] END AS id
  OPTIONAL MATCH (node:Campaign {dataset: $dataset, id: id})
  RETURN collect([node]) AS found_campaigns
}
CALL () {
  UNWIND CASE WHEN $keep_unknown THEN [] ELSE $campaigns END AS id
  OPTIONAL MATCH (node:Campaign {dataset: $dataset, id: id})
  RETURN collect(node IS NOT NULL) AS known
}
WITH [pair IN found_users | pair[0]] AS users,
     [pair IN found_products + found_coupons + found_campaigns | pair[0]] AS objects, known,
     [millis IN $moments | datetime({epochMillis: millis, timezone: $zone})] AS moments
CALL (users, objects, known, moments) {
  UNWIND range(0, $rows - 1) AS i
  WITH i, users[$user[i]] AS user, objects[$what[i]] AS object, moments[$at[i]] AS at,
       coalesce(known[$campaign[i]], true) AS is_known
  WHERE user IS NOT NULL AND object IS NOT NULL AND is_known AND NOT EXISTS {
    MATCH (user)-[behaviour:$($type)]->(object)
    WHERE ($twice OR $key[i] IS NOT NULL OR behaviour.import <> $import) AND CASE WHEN $key[i] IS NOT NULL THEN behaviour.id = $key[i]
      // Ids of two sources are no duplicates.
      AND ($source IS NULL OR behaviour.source IS NULL OR behaviour.source = $source) ELSE
      behaviour.at = at AND coalesce(behaviour.quantity, '') = coalesce($quantity[i], '')
      AND coalesce(behaviour.value, '') = coalesce($value[i], '') AND coalesce(behaviour.discount, '') = coalesce($discount[i], '')
      AND coalesce(behaviour.discount_rate, '') = coalesce($discount_rate[i], '')
      AND coalesce(behaviour.minimum_spend, '') = coalesce($minimum_spend[i], '')
      AND coalesce(behaviour.coupon_discount, '') = coalesce($coupon_discount[i], '')
      AND coalesce(behaviour.basket, '') = coalesce($basket[i], '') AND coalesce(behaviour.store, '') = coalesce($store[i], '')
      AND coalesce(behaviour.campaign, '') = coalesce($campaigns[$campaign[i]], '') END
  }
  CREATE (user)-[:$($type) {
    at: at, quantity: $quantity[i], value: $value[i], discount: $discount[i],
    discount_rate: $discount_rate[i], minimum_spend: $minimum_spend[i],
    coupon_discount: $coupon_discount[i], campaign: $campaigns[$campaign[i]], basket: $basket[i], store: $store[i], id: $key[i], returns: $returns, source: $source, import: $import
  }]->(object)
}
RETURN [i IN range(0, size(users) - 1) WHERE users[i] IS NULL] AS no_users,
       [i IN range(0, size(objects) - 1) WHERE objects[i] IS NULL] AS no_objects,
       [i IN range(0, size(known) - 1) WHERE NOT known[i]] AS no_campaigns
