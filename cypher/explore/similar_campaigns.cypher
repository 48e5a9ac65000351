// Which campaigns are most similar to this one?
// parameters: $dataset (string), $campaign (string), $most (integer)
// returns: campaign, kind, similarity (cosine of the text vectors of name, type and most promoted categories), reached, participants
// access: read
// defaults: {"dataset": "complete-journey", "campaign": "18", "most": 10}
MATCH (this:Campaign {dataset: $dataset, id: $campaign})
CALL db.index.vector.queryNodes('campaign_vectors', 20 * $most, this.vector) YIELD node AS campaign, score
// The index holds the campaigns of every data set.
WHERE campaign.dataset = $dataset AND campaign <> this
WITH campaign, 2 * score - 1 AS similarity ORDER BY similarity DESC LIMIT $most
RETURN campaign.name AS campaign, campaign.kind AS kind, round(similarity, 3) AS similarity,
       COUNT { (campaign)<-[:TARGETED_BY]-() } AS reached,
       COUNT { MATCH (user)-[:PARTICIPATED_IN]->(campaign) RETURN DISTINCT user } AS participants
ORDER BY similarity DESC
