// Store a back-test on chosen days with its network; the same days give the same node
// parameters: $dataset (string), $id (string), $network (string), $figures (map)
// returns: id (string)
// access: write
MATCH (network:Run {dataset: $dataset, id: $network})
MERGE (run:Run {dataset: $dataset, id: $id})
SET run += $figures, run.kind = 'back-test', run.state = 'complete', run.at = datetime()
MERGE (run)-[:USED]->(network)
RETURN run.id AS id
