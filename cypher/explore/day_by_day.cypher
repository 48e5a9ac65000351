// How many users took part in a campaign each day?
// parameters: $dataset (string), $campaign (string)
// returns: day, participants, new_participants (for the first time), weight (of their participations)
// access: read
// defaults: {"dataset": "complete-journey", "campaign": "18"}
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})<-[part:PARTICIPATED_IN]-(user:User)
WITH user, collect({day: date(part.at), weight: part.weight}) AS parts, date(min(part.at)) AS first
UNWIND parts AS part
WITH part.day AS day, user, first, sum(part.weight) AS weight
RETURN toString(day) AS day, count(*) AS participants, sum(CASE WHEN day = first THEN 1 ELSE 0 END) AS new_participants,
       sum(weight) AS weight
ORDER BY day
