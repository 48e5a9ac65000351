// On which weekdays do users take part?
// parameters: $dataset (string), $campaign (string)
// returns: weekday, participations, participants
// access: read
// defaults: {"dataset": "complete-journey", "campaign": "18"}
MATCH (campaign:Campaign {dataset: $dataset, id: $campaign})<-[part:PARTICIPATED_IN]-(user:User)
WITH part.at.dayOfWeek AS day, count(*) AS participations, count(DISTINCT user) AS participants
RETURN ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'][day - 1] AS weekday,
       participations, participants
ORDER BY day
