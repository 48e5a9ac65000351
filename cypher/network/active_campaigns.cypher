// The campaigns that targeted users or had participations within a period
// parameters: $dataset (string), $since (ISO moment with zone), $before (ISO moment with zone)
// returns: campaign (string)
// access: read
MATCH (campaign:Campaign {dataset: $dataset})
WHERE EXISTS {
  MATCH (campaign)<-[link:TARGETED_BY|PARTICIPATED_IN]-(:User) WHERE datetime($since) <= link.at < datetime($before)
}
RETURN campaign.id AS campaign ORDER BY campaign
