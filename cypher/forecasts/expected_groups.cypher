// The expected participants of each neighbour group in a forecast, one list entry per step
// parameters: $dataset (string), $id (string)
// returns: id (string), rank (integer), name (string), size (integer), mean, p10, p50, p90 (lists of floats)
// access: read
MATCH (:Forecast {dataset: $dataset, id: $id})-[expects:EXPECTS]->(group:NeighbourGroup)
RETURN group.id AS id, group.rank AS rank, group.name AS name, group.size AS size,
       expects.mean AS mean, expects.p10 AS p10, expects.p50 AS p50, expects.p90 AS p90
ORDER BY rank
