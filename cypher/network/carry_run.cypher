// Begin a network run that carries an earlier one on to a later cut-off, with its figures and key tags
// parameters: $dataset (string), $from (string, the earlier run), $run (string), $cutoff (ISO date), $fingerprint (string)
// returns: id (string)
MATCH (from:Run {dataset: $dataset, id: $from})
MERGE (run:Run {dataset: $dataset, id: $run})
SET run = from {.*, id: $run, state: 'building', cutoff: $cutoff, fingerprint: $fingerprint, at: datetime(),
                built: coalesce(from.built, from.cutoff)}
WITH from, run
CALL (from, run) {
  MATCH (from)-[told:FOUND_KEY_TAG]->(tag:Tag)
  CREATE (run)-[again:FOUND_KEY_TAG]->(tag)
  SET again = properties(told)
}
RETURN run.id AS id
