"""Benchmarks against alternatives: one command each, JSON in ``results/``, a table in
``docs/benchmarks.md``.

Rows that miss their target stay in the table. ``report`` defines the shape of the JSON.
"""
