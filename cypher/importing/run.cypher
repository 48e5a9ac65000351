// Return the record of an import, with times as text
// parameters: $dataset (string), $number (integer)
// returns: properties (map)
// access: read
MATCH (run:Run {dataset: $dataset, id: 'import/' + $number})
RETURN run {.id, .kind, .number, .state, .source, .engine, .mapping, .rules, .zone, .files, .checksums,
            started_at: toString(run.started_at), at: toString(run.at)} AS properties
