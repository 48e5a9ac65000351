// List behaviours of earlier imports whose user and key a file has again, also those that an import took out
// parameters: $dataset (string), $import (integer), $types (list of strings, relationship types), $key (list of strings: object, at, or a property), $users (list of {id, keys}, keys being a map with an entry per key)
// returns: relationship (string), user (string), key (string), type (string), object (string), import (integer), source (string or null), replaced_by (integer or null: an import that took it out), at (integer, milliseconds), campaign, quantity, value, discount, discount_rate, minimum_spend, coupon_discount, basket, store, id
// access: read
UNWIND $users AS row
MATCH (user:User {dataset: $dataset, id: row.id})-[old]->(object)
WHERE (type(old) IN $types OR (type(old) = 'REPLACED' AND old.type IN $types))
  AND old.import <> $import
WITH user, old, object, row.keys AS keys,
     reduce(text = null, name IN $key |
       coalesce(text + '\u001f', '') + CASE name
       WHEN 'object' THEN object.id
       WHEN 'at' THEN toString(coalesce(old.at, old.replaced_at).epochMillis)
       ELSE old[name] END) AS key
WHERE keys[key]
RETURN elementId(old) AS relationship, user.id AS user, key, type(old) AS type, object.id AS object,
       old.import AS import, old.source AS source, old.replaced_by AS replaced_by,
       coalesce(old.at, old.replaced_at).epochMillis AS at, old.campaign AS campaign,
       old.quantity AS quantity, old.value AS value,
       old.discount AS discount, old.discount_rate AS discount_rate, old.minimum_spend AS minimum_spend,
       old.coupon_discount AS coupon_discount, old.basket AS basket, old.store AS store, old.id AS id
