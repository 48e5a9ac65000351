// How did forecasts compare with actual participation?
// parameters: $dataset (string), $campaign (string)
// returns: origin, day, p10, p50, p90, actual (participants; null after the last complete day of the data)
// access: read
// defaults: {"dataset": "complete-journey", "campaign": "18"}
MATCH (import:Run {dataset: $dataset, kind: 'import', state: 'complete'})
WITH import ORDER BY import.number DESC
// The last complete day; imports of earlier versions do not state it.
WITH coalesce(date(head(collect(import.last_day))), date(max(import.last_behaviour_at))) AS last_day
MATCH (forecast:Forecast {dataset: $dataset})-[:OF]->(campaign:Campaign {id: $campaign})
UNWIND range(0, size(forecast.steps) - 1) AS i
WITH last_day, forecast, campaign, i, date(forecast.steps[i]) AS day
RETURN toString(forecast.origin) AS origin, toString(day) AS day, round(forecast.participants_p10[i]) AS p10,
       round(forecast.participants_p50[i]) AS p50, round(forecast.participants_p90[i]) AS p90,
       CASE WHEN day <= last_day
         THEN COUNT { MATCH (user)-[part:PARTICIPATED_IN]->(campaign) WHERE date(part.at) = day RETURN DISTINCT user }
       END AS actual
ORDER BY origin, day
