// Mark an import as being undone, which blocks other imports until it is finished, and all participations as not derived from the current data
// parameters: $dataset (string), $import (integer)
// returns: state (string)
// access: write
MATCH (run:Run {dataset: $dataset, id: 'import/' + $import})
SET run.state = 'undoing'
WITH run
CALL () {
  MATCH (campaign:Campaign {dataset: $dataset})
  REMOVE campaign.derived_from
}
RETURN run.state AS state
