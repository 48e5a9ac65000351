// Store a new API key as its hash; the key itself is never stored
// parameters: $id (string), $holder (string), $hash (string, SHA-256 in hexadecimal), $scopes (list of strings)
// returns: id (string)
// access: write
CREATE (key:ApiKey {id: $id, name: $holder, hash: $hash, scopes: $scopes, made_at: datetime()})
RETURN key.id AS id
