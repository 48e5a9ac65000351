// Load users
// parameters: $dataset (string), $rows (list of {id})
// returns: rows (integer)
UNWIND $rows AS row
MERGE (:User {dataset: $dataset, id: row.id})
RETURN count(*) AS rows
