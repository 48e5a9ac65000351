// Add a job to the queue, unless one of the same kind, data set and arguments waits or runs: then return that job
// parameters: $id (string), $kind (string), $dataset (string), $arguments (string, JSON)
// returns: id (string)
// access: write
OPTIONAL MATCH (same:Job {kind: $kind, dataset: $dataset, arguments: $arguments})
WHERE same.state IN ['waiting', 'running'] AND NOT same.cancel_requested
WITH collect(same.id) AS same_ids
CALL (same_ids) {
  WITH same_ids WHERE size(same_ids) = 0
  CREATE (:Job {id: $id, kind: $kind, dataset: $dataset, arguments: $arguments, state: 'waiting', attempts: 0,
                cancel_requested: false, created_at: datetime()})
}
RETURN coalesce(head(same_ids), $id) AS id
