// Exposure per day of a campaign: reached users who have not taken part yet and have an active influencer, and the probability-weighted reach into them, decayed by days since the influencer was last active
// parameters: $dataset (string), $campaign (string), $run (string), $before (ISO moment with zone), $decay (float), $memory (integer, days)
// returns: step (ISO date), exposed (integer), reach (float)
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})
WITH campaign, date(campaign.starts_at) AS start,
     CASE WHEN campaign.ends_at < datetime($before) THEN campaign.ends_at ELSE datetime($before) END AS end
WITH campaign, start, end, duration.inDays(start, date(end)).days AS days
// Days are counted from the campaign's start: whole numbers are faster than dates.
CALL (campaign, start, end) {
  MATCH (campaign)<-[part:PARTICIPATED_IN]-(user:User)
  WHERE part.at < end
  WITH user, duration.inDays(start, date(part.at)).days AS day
  RETURN user AS source, collect(DISTINCT day) AS active
}
MATCH (source)-[edge:INFLUENCES {run: $run}]->(target:User)-[:TARGETED_BY]->(campaign)
CALL (campaign, start, end, target) {
  OPTIONAL MATCH (target)-[own:PARTICIPATED_IN]->(campaign)
  WHERE own.at < end
  WITH start, min(own.at) AS earliest
  RETURN duration.inDays(start, date(earliest)).days AS first
}
WITH start, days, target, edge.probability AS probability, active, coalesce(first, days) AS first
UNWIND range(0, CASE WHEN first < days THEN first ELSE days END - 1) AS day
WITH start, day, target, probability,
     reduce(latest = -1, one IN active | CASE WHEN one <= day AND one > latest THEN one ELSE latest END) AS latest
WHERE latest >= 0 AND day - latest < $memory
WITH toString(start + duration({days: day})) AS step, target, probability, day, latest
RETURN step, count(DISTINCT target) AS exposed,
       sum(probability * $decay ^ (day - latest)) AS reach
ORDER BY step
