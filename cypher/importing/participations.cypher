// Count the participations of a data set
// parameters: $dataset (string)
// returns: rows (integer)
// access: read
MATCH (campaign:Campaign {dataset: $dataset})
RETURN sum(COUNT { (campaign)<-[:PARTICIPATED_IN]-() }) AS rows
