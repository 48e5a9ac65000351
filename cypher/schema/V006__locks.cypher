// Uniqueness constraint for the locks of data sets
// parameters: none
// returns: nothing
// access: write
CREATE CONSTRAINT lock_dataset IF NOT EXISTS FOR (n:Lock) REQUIRE n.dataset IS UNIQUE;
