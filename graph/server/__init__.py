"""The managed local Neo4j: a real server with Graph Data Science and Browser, without Docker.

``folders`` says where things lie, ``jars`` are those of ``runtime.lock``,
``fetching`` gets them from a repository, ``runtime`` sees that all are there and whole,
``configuration`` writes neo4j.conf, ``process`` starts, watches and stops the Java process, and
``local`` ties them into up, down, status and reset.
"""
