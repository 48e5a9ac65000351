"""Writes a first mapping for a delivery: what the data tells, and questions for the rest.

``files`` finds what each file is, ``formats`` how values are written, ``behaviours`` what users did, and
``campaigns`` what they took part in; each imports only those before it. ``known`` maps known exports whole.
``infer`` puts them together into a ``draft``, which renders the mapping.
"""
