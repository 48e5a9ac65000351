// Uniqueness constraint for the ids of API keys
// parameters: none
// returns: nothing
// access: write
CREATE CONSTRAINT api_key_id IF NOT EXISTS FOR (n:ApiKey) REQUIRE n.id IS UNIQUE;
