// Which tags have nearly the same meaning as this one?
// parameters: $dataset (string), $tag (string), $most (integer)
// returns: tag, similarity (cosine of the text vectors), users (with the tag)
// access: read
// defaults: {"dataset": "complete-journey", "tag": "category:COFFEE", "most": 15}
MATCH (this:Tag {dataset: $dataset, id: $tag})
CALL db.index.vector.queryNodes('tag_vectors', 20 * $most, this.vector) YIELD node AS tag, score
// The index holds the tags of every data set.
WHERE tag.dataset = $dataset AND tag <> this
WITH tag, 2 * score - 1 AS similarity ORDER BY similarity DESC LIMIT $most
RETURN coalesce(tag.text, tag.id) AS tag, round(similarity, 3) AS similarity,
       COUNT { MATCH (user)-[:HAS_TAG]->(tag) RETURN DISTINCT user } AS users
ORDER BY similarity DESC
