"""Imports a user's files into the graph.

``contract`` defines the tables, ``mapping`` how files fill them, ``infer_mapping`` writes a first mapping.
``blocks`` and ``lines`` read files, ``rows`` and ``values`` validate them. ``stream`` and ``bulk`` load rows,
``ledger`` makes sure that each batch is loaded exactly once, ``job`` runs a whole import and ``undo`` reverts
one. ``adapters`` prepare known data sets.
"""
