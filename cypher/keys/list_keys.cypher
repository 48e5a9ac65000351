// All API keys, latest first
// parameters: none
// returns: id (string), name (string), hash (string), scopes (list of strings), made_at (ISO time), revoked_at (ISO time or null)
// access: read
MATCH (key:ApiKey)
RETURN key.id AS id, key.name AS name, key.hash AS hash, key.scopes AS scopes,
       toString(key.made_at) AS made_at, toString(key.revoked_at) AS revoked_at
ORDER BY made_at DESC, id
