// Revoke an API key; a revoked key keeps its time of revocation
// parameters: $id (string)
// returns: id (string)
// access: write
MATCH (key:ApiKey {id: $id})
SET key.revoked_at = coalesce(key.revoked_at, datetime())
RETURN key.id AS id
