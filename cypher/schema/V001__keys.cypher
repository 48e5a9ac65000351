// Uniqueness constraints for all business keys, by data set
// parameters: none
// returns: nothing
// access: write
CREATE CONSTRAINT user_key IF NOT EXISTS FOR (n:User) REQUIRE (n.dataset, n.id) IS UNIQUE;
CREATE CONSTRAINT tag_key IF NOT EXISTS FOR (n:Tag) REQUIRE (n.dataset, n.id) IS UNIQUE;
CREATE CONSTRAINT campaign_key IF NOT EXISTS FOR (n:Campaign) REQUIRE (n.dataset, n.id) IS UNIQUE;
CREATE CONSTRAINT product_key IF NOT EXISTS FOR (n:Product) REQUIRE (n.dataset, n.id) IS UNIQUE;
CREATE CONSTRAINT category_key IF NOT EXISTS FOR (n:Category) REQUIRE (n.dataset, n.id) IS UNIQUE;
CREATE CONSTRAINT coupon_key IF NOT EXISTS FOR (n:Coupon) REQUIRE (n.dataset, n.id) IS UNIQUE;
CREATE CONSTRAINT neighbour_group_key IF NOT EXISTS FOR (n:NeighbourGroup) REQUIRE (n.dataset, n.id) IS UNIQUE;
CREATE CONSTRAINT forecast_key IF NOT EXISTS FOR (n:Forecast) REQUIRE (n.dataset, n.id) IS UNIQUE;
CREATE CONSTRAINT run_key IF NOT EXISTS FOR (n:Run) REQUIRE (n.dataset, n.id) IS UNIQUE;
CREATE CONSTRAINT batch_key IF NOT EXISTS FOR (n:Batch) REQUIRE (n.dataset, n.id) IS UNIQUE;
CREATE CONSTRAINT migration_key IF NOT EXISTS FOR (n:Migration) REQUIRE n.version IS UNIQUE;
