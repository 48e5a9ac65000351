// List later imports that depend on what an import added or changed
// parameters: $dataset (string), $import (integer)
// returns: number (integer)
// access: read
CALL () {
  MATCH (node:User|Tag|Product|Campaign|Coupon {dataset: $dataset, import: $import})-[link]-()
  WHERE link.import <> $import AND type(link) <> 'PARTICIPATED_IN'
  RETURN DISTINCT link.import AS number
UNION
  MATCH (:User {dataset: $dataset})-[replaced:REPLACED {import: $import}]->()
  RETURN DISTINCT replaced.replaced_by AS number
UNION
  MATCH (:User {dataset: $dataset})-[reached:TARGETED_BY]->()
  WHERE reached.import = $import OR $import IN reached.moved_by
  UNWIND reached.moved_by AS number
  WITH number WHERE number > $import
  RETURN DISTINCT number
UNION
  MATCH (:Change)-[:BEFORE {import: $import}]->(node {dataset: $dataset})<-[later:BEFORE]-(:Change)
  WHERE later.import > $import
  RETURN DISTINCT later.import AS number
}
RETURN DISTINCT number ORDER BY number DESC
