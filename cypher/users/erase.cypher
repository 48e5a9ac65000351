// Erase a user, everything derived from it, its earlier values, and its id in results
// parameters: $dataset (string), $user (string)
// returns: removed (list of {what, number})
// access: write
MATCH (user:User {dataset: $dataset, id: $user})
CALL (user) {
  MATCH (user)-[link]-()
  WITH type(link) AS what, count(DISTINCT link) AS number ORDER BY what
  RETURN collect({what: what, number: number}) AS links
}
CALL (user) {
  OPTIONAL MATCH (before:Change)-[:BEFORE]->(user)
  WITH collect(before) AS befores
  FOREACH (change IN befores | DETACH DELETE change)
  RETURN size(befores) AS changes
}
CALL (user) {
  // The number of target users, which is what a derivation looks at, may be the same after the next import.
  OPTIONAL MATCH (user)-[:TARGETED_BY]->(campaign:Campaign)
  FOREACH (one IN CASE WHEN campaign IS NULL THEN [] ELSE [campaign] END | REMOVE one.derived_from)
  RETURN count(campaign) AS targeting
}
CALL () {
  MATCH (:User)-[key:KEY_USER_OF]->(:Campaign {dataset: $dataset}) WHERE $user IN key.targets
  WITH key, [place IN range(0, size(key.targets) - 1) WHERE key.targets[place] <> $user] AS kept
  SET key.target_probabilities = [place IN kept | key.target_probabilities[place]],
      key.target_ranks = [place IN kept | key.target_ranks[place]],
      key.target_groups = [place IN kept | key.target_groups[place]],
      key.targets_took_part = [place IN kept | key.targets_took_part[place]],
      key.targets = [other IN key.targets WHERE other <> $user]
  RETURN count(*) AS drawn
}
CALL () {
  MATCH (:NeighbourGroup)-[of:OF]->(:Campaign {dataset: $dataset}) WHERE $user IN of.key_users
  SET of.key_users = [other IN of.key_users WHERE other <> $user]
  RETURN count(*) AS named
}
DETACH DELETE user
RETURN [{what: 'user', number: 1}] + links + [
  {what: 'earlier states', number: changes}, {what: 'names in results', number: drawn + named}] AS removed
