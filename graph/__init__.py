"""The database layer: settings, connection, managed local server, schema and imports.

It depends on Neo4j and the graph's schema, not on forecasting, the API or the command line.
"""
