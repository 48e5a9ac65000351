"""The managed local Neo4j: a real server with Graph Data Science and Browser, without Docker.

``folders`` defines the paths, ``jars`` reads ``runtime.lock``, ``download`` gets jars from a repository,
``runtime`` verifies them, ``configuration`` writes neo4j.conf, ``process`` starts and stops the Java process,
``readiness`` polls it, and ``local`` combines them into up, down, status and reset. ``admin``, ``bulk`` and
``swap`` replace the database's files; ``backup`` writes and restores backups.
"""
