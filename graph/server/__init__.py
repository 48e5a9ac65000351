"""The managed local Neo4j: a real server with Graph Data Science and Browser, without Docker.

``folders`` defines the paths, ``jars`` reads ``runtime.lock``, ``download`` gets jars from a repository,
``runtime`` verifies them, ``configuration`` writes neo4j.conf, ``process`` starts and stops the Java process,
``readiness`` polls it, and ``local`` combines them into up, down, status and reset. ``admin`` runs
neo4j-admin; ``bulk`` and ``swap`` replace the database's files; ``backup`` writes and restores backups.
``browser_files`` installs Groundswell's questions in Neo4j Browser, ``container_files`` collects the files of
the Docker image, and ``update_lockfile`` renews ``runtime.lock``.
"""
