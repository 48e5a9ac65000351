"""The managed local Neo4j: a real server with Graph Data Science and Browser, without Docker.

``folders`` says where things lie, ``runtime`` fetches and verifies the jars of ``runtime.lock``,
``configuration`` writes neo4j.conf, ``process`` starts, watches and stops the Java process, and
``local`` ties them into up, down, status and reset.
"""
