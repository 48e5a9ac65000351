// Begin an incremental update: a network run with the figures and key tags of an earlier one
// parameters: $dataset (string), $from (string, the earlier run), $run (string), $cutoff (ISO date), $fingerprint (string)
// returns: id (string)
// access: write
MATCH (from:Run {dataset: $dataset, id: $from})
MERGE (run:Run {dataset: $dataset, id: $run})
SET run = from {.*, id: $run, state: 'building', cutoff: $cutoff, fingerprint: $fingerprint, at: datetime(),
                built: coalesce(from.built, from.cutoff)}
WITH from, run
CALL (from, run) {
  MATCH (from)-[key:FOUND_KEY_TAG]->(tag:Tag)
  CREATE (run)-[copy:FOUND_KEY_TAG]->(tag)
  SET copy = properties(key)
}
RETURN run.id AS id
