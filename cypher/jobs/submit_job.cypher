// Add a job to those that wait; one of the same kind, data set and arguments that waits or runs is returned instead
// parameters: $id (string), $kind (string), $dataset (string), $arguments (string, JSON)
// returns: id (string)
OPTIONAL MATCH (same:Job {kind: $kind, dataset: $dataset, arguments: $arguments})
WHERE same.state IN ['waiting', 'running'] AND NOT same.cancel_asked
WITH collect(same.id) AS known
CALL (known) {
  WITH known WHERE size(known) = 0
  CREATE (:Job {id: $id, kind: $kind, dataset: $dataset, arguments: $arguments, state: 'waiting', attempts: 0,
                cancel_asked: false, made_at: datetime()})
}
RETURN coalesce(head(known), $id) AS id
