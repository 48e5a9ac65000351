// Summarise the content of a data set: count and sums of each property of each label and relationship type
// parameters: $dataset (string)
// returns: what (label or type), key (property), rows (integer), whole (integer, sum), sum (float), texts (integer, different values), letters (integer)
// access: read
CALL () {
  MATCH (node {dataset: $dataset}) WHERE NOT node:Run AND NOT node:Batch
  UNWIND labels(node) AS what UNWIND keys(node) AS key
  RETURN what, key, node[key] AS value
UNION ALL
  MATCH (node {dataset: $dataset})-[link]->()
  UNWIND keys(link) + ['(any)'] AS key
  RETURN type(link) AS what, key, link[key] AS value
}
// Integers (and seconds of times) are summed as integers, because sums of floats depend on the order.
WITH what, key,
  CASE WHEN value IS :: INTEGER THEN value WHEN value IS :: ZONED DATETIME THEN value.epochSeconds END AS whole,
  CASE WHEN value IS :: FLOAT THEN value END AS number, CASE WHEN value IS :: STRING THEN value END AS text
RETURN what, key, count(*) AS rows, sum(whole) AS whole, round(sum(number), 2) AS sum,
       count(DISTINCT text) AS texts, sum(coalesce(size(text), 0)) AS letters
ORDER BY what, key
