// Store a trained model with its network and its back-test
// parameters: $dataset (string), $id (string), $network (string), $figures (map)
// returns: id (string)
// access: write
MATCH (network:Run {dataset: $dataset, id: $network})
MERGE (run:Run {dataset: $dataset, id: $id})
SET run += $figures, run.kind = 'model', run.state = 'complete', run.at = datetime()
WITH run, network
CALL (run) { OPTIONAL MATCH (run)-[old:USED]->() DELETE old }
CREATE (run)-[:USED]->(network)
RETURN run.id AS id
