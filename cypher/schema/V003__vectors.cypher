// Vector indexes of tags and campaigns
// parameters: none
// returns: nothing
// access: write
// Without a number of dimensions, so that another text model may have another: like is found among like.
CREATE VECTOR INDEX tag_vectors IF NOT EXISTS FOR (n:Tag) ON n.vector
OPTIONS {indexConfig: {`vector.similarity_function`: 'cosine'}};
CREATE VECTOR INDEX campaign_vectors IF NOT EXISTS FOR (n:Campaign) ON n.vector
OPTIONS {indexConfig: {`vector.similarity_function`: 'cosine'}};
