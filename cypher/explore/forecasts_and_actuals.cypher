// How did forecasts compare with actual participation?
// parameters: $dataset (string), $campaign (string)
// returns: origin, step (its beginning; an hour, a day, a week or a month), p10, p50, p90, actual (participants; null after the last complete day of the data)
// access: read
// defaults: {"dataset": "complete-journey", "campaign": "18"}
MATCH (import:Run {dataset: $dataset, kind: 'import', state: 'complete'})
WITH import ORDER BY import.number DESC
// The last complete day; imports of earlier versions do not state it.
WITH coalesce(date(head(collect(import.last_day))), date(max(import.last_behaviour_at))) + duration({days: 1}) AS known_until
MATCH (forecast:Forecast {dataset: $dataset})-[:OF]->(campaign:Campaign {id: $campaign})
WITH known_until, forecast, campaign, CASE forecast.unit
       WHEN 'hour' THEN duration({hours: 1})
       WHEN 'week' THEN duration({weeks: 1})
       WHEN 'month' THEN duration({months: 1})
       ELSE duration({days: 1})
     END AS length
UNWIND range(0, size(forecast.steps) - 1) AS i
WITH known_until, forecast, campaign, i, localdatetime(forecast.steps[i]) AS begins, localdatetime(forecast.steps[i]) + length AS ends
RETURN toString(forecast.origin) AS origin, forecast.steps[i] AS step, round(forecast.participants_p10[i]) AS p10,
       round(forecast.participants_p50[i]) AS p50, round(forecast.participants_p90[i]) AS p90,
       CASE WHEN ends <= localdatetime({date: known_until})
         THEN COUNT { MATCH (user)-[part:PARTICIPATED_IN]->(campaign) WHERE begins <= localdatetime(part.at) < ends RETURN DISTINCT user }
       END AS actual
ORDER BY origin, step
