// Write tags with the vectors of their texts
// parameters: $dataset (string), $rows (list of {tag, kind, text, vector})
// returns: rows (integer)
// access: write
UNWIND $rows AS row
MERGE (tag:Tag {dataset: $dataset, id: row.tag})
ON CREATE SET tag.kind = row.kind, tag.text = CASE row.text WHEN '' THEN NULL ELSE row.text END
SET tag.vector = row.vector
RETURN count(*) AS rows
