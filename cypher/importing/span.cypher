// Return the time span of the behaviours of imports from $since on
// parameters: $dataset (string), $since (integer)
// returns: first (integer, milliseconds), last (integer, milliseconds)
// access: read
MATCH (batch:Batch {dataset: $dataset}) WHERE batch.import >= $since
RETURN coalesce(min(batch.first_at), 0) AS first, coalesce(max(batch.last_at), -1) AS last
