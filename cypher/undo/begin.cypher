// Mark an import as being undone, which blocks other imports until it is finished
// parameters: $dataset (string), $import (integer)
// returns: state (string)
// access: write
MATCH (run:Run {dataset: $dataset, id: 'import/' + $import})
SET run.state = 'undoing'
RETURN run.state AS state
