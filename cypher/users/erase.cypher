// Erase a user and everything that was derived from it: its relationships, what it was before imports changed it, and its id where results name it
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
  FOREACH (one IN befores | DETACH DELETE one)
  RETURN size(befores) AS changes
}
CALL () {
  MATCH (:User)-[key:KEY_USER_OF]->(:Campaign {dataset: $dataset}) WHERE $user IN key.targets
  WITH key, [place IN range(0, size(key.targets) - 1) WHERE key.targets[place] <> $user] AS kept
  SET key.target_probabilities = [place IN kept | key.target_probabilities[place]],
      key.target_ranks = [place IN kept | key.target_ranks[place]],
      key.target_groups = [place IN kept | key.target_groups[place]],
      key.targets_took_part = [place IN kept | key.targets_took_part[place]],
      key.targets = [one IN key.targets WHERE one <> $user]
  RETURN count(*) AS drawn
}
CALL () {
  MATCH (:NeighbourGroup)-[of:OF]->(:Campaign {dataset: $dataset}) WHERE $user IN of.key_users
  SET of.key_users = [one IN of.key_users WHERE one <> $user]
  RETURN count(*) AS named
}
DETACH DELETE user
RETURN [{what: 'user', number: 1}] + links + [
  {what: 'earlier states', number: changes}, {what: 'names in results', number: drawn + named}] AS removed
