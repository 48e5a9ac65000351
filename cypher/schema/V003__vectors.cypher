// Vector indexes of tags and campaigns
// parameters: none
// returns: nothing
// access: write
// The number of dimensions is left open, since text models differ in it; vectors are only compared with vectors
// of the same number of dimensions.
CREATE VECTOR INDEX tag_vectors IF NOT EXISTS FOR (n:Tag) ON n.vector
OPTIONS {indexConfig: {`vector.similarity_function`: 'cosine'}};
CREATE VECTOR INDEX campaign_vectors IF NOT EXISTS FOR (n:Campaign) ON n.vector
OPTIONS {indexConfig: {`vector.similarity_function`: 'cosine'}};
