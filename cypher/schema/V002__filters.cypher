// Indexes for the properties that statements filter by
// parameters: none
// returns: nothing
// access: write
// Nothing on a data set alone where there is a key: planned on a young database, a look-up by key would
// walk through the whole data set by such an index (seen: 12 batches in 200 seconds instead of 3).
CREATE INDEX run_kind IF NOT EXISTS FOR (n:Run) ON (n.dataset, n.kind);
CREATE INDEX batch_dataset IF NOT EXISTS FOR (n:Batch) ON (n.dataset);
CREATE INDEX neighbour_group_run IF NOT EXISTS FOR (n:NeighbourGroup) ON (n.dataset, n.run);
CREATE INDEX participation_at IF NOT EXISTS FOR ()-[r:PARTICIPATED_IN]-() ON (r.at);
CREATE INDEX influences_run IF NOT EXISTS FOR ()-[r:INFLUENCES]-() ON (r.run);
CREATE INDEX similar_run IF NOT EXISTS FOR ()-[r:SIMILAR_TO]-() ON (r.run);
CREATE INDEX tag_run IF NOT EXISTS FOR ()-[r:HAS_TAG]-() ON (r.run);
CREATE INDEX key_user_run IF NOT EXISTS FOR ()-[r:KEY_USER_OF]-() ON (r.run);
CREATE INDEX in_group_run IF NOT EXISTS FOR ()-[r:IN_GROUP]-() ON (r.run);
