// Uniqueness constraint for the ids of jobs, and an index of their states
// parameters: none
// returns: nothing
// access: write
CREATE CONSTRAINT job_id IF NOT EXISTS FOR (n:Job) REQUIRE n.id IS UNIQUE;
CREATE INDEX job_state IF NOT EXISTS FOR (n:Job) ON (n.state);
