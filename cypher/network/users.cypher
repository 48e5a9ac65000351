// The users of a data set
// parameters: $dataset (string)
// returns: user (string)
// access: read
MATCH (user:User {dataset: $dataset})
RETURN user.id AS user ORDER BY user
