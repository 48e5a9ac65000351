"""Convert records of the graph into the schemas of responses, for the API and the command line."""
