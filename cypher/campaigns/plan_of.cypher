// The kind, users and products of a campaign
// parameters: $dataset (string), $id (string)
// returns: kind (string or null), users (list of strings), products (list of strings)
// access: read
MATCH (campaign:Campaign {dataset: $dataset, id: $id})
RETURN campaign.kind AS kind, COLLECT { MATCH (campaign)<-[:TARGETED_BY]-(user:User) RETURN user.id } AS users,
       COLLECT { MATCH (campaign)-[:PROMOTES]->(product:Product) RETURN product.id } AS products
