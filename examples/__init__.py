"""Example scripts, run by the tests, and a generator of messy files to try them on.

``import_files`` imports a folder, ``query_graph`` runs saved questions from Python, ``query_api`` reads the
HTTP API, and ``messy_shop`` writes a folder of files with the errors that real exports have.
"""
