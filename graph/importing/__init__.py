"""Imports a user's files into the graph.

``contract`` defines the tables, ``mapping`` how files fill them, ``inference`` writes a first mapping.
``reading`` reads files, ``values`` validates them, ``engines`` load rows. ``ledger`` makes sure that each
batch is loaded exactly once, ``job`` runs a whole import, ``check`` only validates one and ``undo`` reverts
one. ``adapters`` prepare known data sets.
"""
