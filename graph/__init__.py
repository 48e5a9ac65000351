"""The database floor: settings, connection, managed local server, schema, imports, network.

Knows Neo4j and the graph's vocabulary; knows nothing of forecasting, the API or the command line.
"""
