// One API key an id
// parameters: none
// returns: nothing
// access: write
CREATE CONSTRAINT api_key_id IF NOT EXISTS FOR (n:ApiKey) REQUIRE n.id IS UNIQUE;
