// The influence of a campaign by day: participants, redeemers, participations by behaviour, key users among the participants, participation weight, exposure, and the influence level
// parameters: $dataset (string), $campaign (string), $run (string), $before (ISO moment with zone), $decay (float), $memory (integer, days)
// returns: step (ISO date), participants (integer), redeemers (integer), purchases (integer), redemptions (integer), key_users (integer), weight (float), exposed (integer), reach (float), level (float)
// access: read
// Exposed: users targeted so far who have not taken part and have an influencer active in the last
// $memory days. Reach: the sum of the influencers' probabilities, decayed by the days since they were active.
// Influence level: weight + reach.
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})
WITH campaign, date(campaign.starts_at) AS start,
     CASE WHEN campaign.ends_at < datetime($before) THEN campaign.ends_at ELSE datetime($before) END AS end
WITH campaign, start, end, duration.inDays(start, date(end - duration({milliseconds: 1}))).days + 1 AS days
// Days are counted from the campaign's start: whole numbers are faster than dates.
CALL (campaign, start, end) {
  MATCH (campaign)<-[part:PARTICIPATED_IN]-(user:User)
  WHERE part.at < end
  WITH campaign, user, duration.inDays(start, date(part.at)).days AS day,
       sum(CASE part.behaviour WHEN 'PURCHASED' THEN 1 ELSE 0 END) AS purchases,
       sum(CASE part.behaviour WHEN 'REDEEMED' THEN 1 ELSE 0 END) AS redemptions,
       sum(part.weight) AS weight
  // Evaluated once per user, not once per day.
  WITH campaign, user, collect({day: day, purchases: purchases, redemptions: redemptions, weight: weight}) AS own
  WITH own, EXISTS { (user)-[:KEY_USER_OF {run: $run}]->(campaign) } AS is_key
  UNWIND own AS part
  WITH part.day AS day, count(*) AS participants, sum(CASE WHEN part.redemptions > 0 THEN 1 ELSE 0 END) AS redeemers,
       sum(part.purchases) AS purchases, sum(part.redemptions) AS redemptions,
       sum(CASE WHEN is_key THEN 1 ELSE 0 END) AS key_users, sum(part.weight) AS weight
  RETURN collect({day: day, participants: participants, redeemers: redeemers, purchases: purchases,
                  redemptions: redemptions, key_users: key_users, weight: weight}) AS participation
}
CALL (campaign, start, end, days) {
  MATCH (campaign)<-[part:PARTICIPATED_IN]-(source:User)
  WHERE part.at < end
  WITH DISTINCT campaign, start, end, days, source, duration.inDays(start, date(part.at)).days AS day
  ORDER BY day DESC
  WITH campaign, start, end, days, source, collect(day) AS active
  MATCH (source)-[edge:INFLUENCES {run: $run}]->(target:User)-[reached:TARGETED_BY]->(campaign)
  WHERE reached.at < end
  // The target's first participation is looked up once per target, not once per influencer.
  WITH campaign, start, end, days, target, duration.inDays(start, date(reached.at)).days AS targeted,
       collect({active: active, probability: edge.probability}) AS influencers
  CALL (campaign, start, end, target) {
    OPTIONAL MATCH (target)-[own:PARTICIPATED_IN]->(campaign)
    WHERE own.at < end
    WITH start, min(own.at) AS earliest
    RETURN duration.inDays(start, date(earliest)).days AS first
  }
  UNWIND influencers AS influencer
  UNWIND range(last(influencer.active), coalesce(first, days) - 1) AS day
  WITH day, target, targeted, influencer.probability AS probability,
       head([active IN influencer.active WHERE active <= day]) AS latest
  WHERE day >= targeted AND day - latest < $memory
  WITH day, count(DISTINCT target) AS exposed, sum(probability * $decay ^ (day - latest)) AS reach
  RETURN collect({day: day, exposed: exposed, reach: reach}) AS exposure
}
UNWIND range(0, days - 1) AS day
WITH start + duration({days: day}) AS step,
     head([entry IN participation WHERE entry.day = day]) AS part,
     head([entry IN exposure WHERE entry.day = day]) AS exposed
RETURN toString(step) AS step, coalesce(part.participants, 0) AS participants,
       coalesce(part.redeemers, 0) AS redeemers, coalesce(part.purchases, 0) AS purchases,
       coalesce(part.redemptions, 0) AS redemptions, coalesce(part.key_users, 0) AS key_users,
       coalesce(part.weight, 0.0) AS weight, coalesce(exposed.exposed, 0) AS exposed,
       coalesce(exposed.reach, 0.0) AS reach,
       coalesce(part.weight, 0.0) + coalesce(exposed.reach, 0.0) AS level
ORDER BY step
