// Write tags with the vectors of their texts
// parameters: $dataset (string), $rows (list of {tag, kind, text, vector})
// returns: rows (integer)
UNWIND $rows AS row
MERGE (tag:Tag {dataset: $dataset, id: row.tag})
ON CREATE SET tag.kind = row.kind, tag.text = row.text
SET tag.vector = row.vector
RETURN count(*) AS rows
