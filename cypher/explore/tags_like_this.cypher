// Which tags mean nearly the same as this one?
// parameters: $dataset (string), $tag (string), $most (integer)
// returns: tag, likeness (cosine of the texts' vectors), users (who have it)
// access: read
// defaults: {"dataset": "complete-journey", "tag": "category:COFFEE", "most": 15}
MATCH (this:Tag {dataset: $dataset, id: $tag})
CALL db.index.vector.queryNodes('tag_vectors', 20 * $most, this.vector) YIELD node AS tag, score
// The index holds the tags of every data set.
WHERE tag.dataset = $dataset AND tag <> this
WITH tag, 2 * score - 1 AS likeness ORDER BY likeness DESC LIMIT $most
RETURN coalesce(tag.text, tag.id) AS tag, round(likeness, 3) AS likeness,
       COUNT { MATCH (user)-[:HAS_TAG]->(tag) RETURN DISTINCT user } AS users
ORDER BY likeness DESC
