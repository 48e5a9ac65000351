// Revoke an API key; one that is revoked already stays as it is
// parameters: $id (string)
// returns: id (string)
// access: write
MATCH (key:ApiKey {id: $id})
SET key.revoked_at = coalesce(key.revoked_at, datetime())
RETURN key.id AS id
