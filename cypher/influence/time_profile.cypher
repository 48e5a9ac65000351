// What the times of participations before a moment show: whether they have clock times, and how many different weekdays and days of the month they are on
// parameters: $dataset (string), $before (ISO moment with zone)
// returns: participations (integer), with_clock (integer, those at other times than midnight), weekdays (integer), month_days (integer)
// access: read
MATCH (:Campaign {dataset: $dataset})<-[part:PARTICIPATED_IN]-()
WHERE part.at < datetime($before)
RETURN count(*) AS participations, sum(CASE WHEN localtime(part.at) = localtime('00:00') THEN 0 ELSE 1 END) AS with_clock,
       count(DISTINCT part.at.dayOfWeek) AS weekdays, count(DISTINCT part.at.day) AS month_days
