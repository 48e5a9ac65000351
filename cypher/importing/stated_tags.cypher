// Load the tags that users' profiles state
// parameters: $dataset (string), $rows (list of {user, tag, kind, text})
// returns: rows (integer)
UNWIND $rows AS row
MATCH (user:User {dataset: $dataset, id: row.user})
MERGE (tag:Tag {dataset: $dataset, id: row.tag})
ON CREATE SET tag.kind = row.kind, tag.text = row.text
CREATE (user)-[:HAS_TAG {weight: 1.0, source: 'stated'}]->(tag)
RETURN count(*) AS rows
