// The campaigns of a data set with a text to compare them by: name, type and most promoted categories
// parameters: $dataset (string), $before (ISO moment with zone)
// returns: campaign (string), kind (string), starts (seconds since the epoch), text (string), promotes (list of strings, ids of tags)
// access: read
MATCH (campaign:Campaign {dataset: $dataset})
WHERE campaign.starts_at < datetime($before)
CALL (campaign) {
  OPTIONAL MATCH (campaign)-[:PROMOTES]->(product:Product)-[:IN_CATEGORY]->(category:Category)
  WITH category, count(DISTINCT product) AS products ORDER BY products DESC, category.id
  RETURN collect(category.id) AS categories
}
RETURN campaign.id AS campaign, campaign.kind AS kind, campaign.starts_at.epochSeconds AS starts,
       reduce(text = coalesce(campaign.name, campaign.id) + ', ' + coalesce(campaign.kind, ''),
              category IN categories[..8] | text + ', ' + toLower(category)) AS text,
       [category IN categories | 'category:' + category] AS promotes
ORDER BY campaign
