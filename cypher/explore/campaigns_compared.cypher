// How do all campaigns compare?
// parameters: $dataset (string)
// returns: campaign, kind, starts, days, reached (users targeted), participants, share (of the users targeted), participants_per_day
// access: read
// defaults: {"dataset": "complete-journey"}
MATCH (campaign:Campaign {dataset: $dataset})
WITH campaign, duration.inDays(date(campaign.starts_at), date(campaign.ends_at - duration({milliseconds: 1}))).days + 1 AS days,
     COUNT { (campaign)<-[:TARGETED_BY]-() } AS reached,
     COUNT { MATCH (user)-[:PARTICIPATED_IN]->(campaign) RETURN DISTINCT user } AS participants
RETURN campaign.name AS campaign, campaign.kind AS kind, toString(date(campaign.starts_at)) AS starts, days, reached,
       participants, CASE WHEN reached > 0 THEN toInteger(round(100.0 * participants / reached)) + ' %' END AS share,
       round(1.0 * participants / days, 1) AS participants_per_day
ORDER BY starts
