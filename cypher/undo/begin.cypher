// Mark an import as being undone: until that is finished, nothing else may be imported
// parameters: $dataset (string), $import (integer)
// returns: state (string)
// access: write
MATCH (run:Run {dataset: $dataset, id: 'import/' + $import})
SET run.state = 'undoing'
RETURN run.state AS state
