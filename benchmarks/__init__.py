"""Side-by-side runs against peers: one command each, JSON in results/, a table in docs/benchmarks.md.

A row that misses its target stays in the table. See ``report`` for the shape of the JSON.
"""
