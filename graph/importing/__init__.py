"""Imports a user's files into the graph.

``job`` runs a whole import, ``check`` only validates one, ``undo`` reverts one, and ``uploads`` stores files
that the API receives. All parts are built on ``contract``, which defines the tables, and ``warnings``:
``mapping`` is how files fill the tables, ``reading`` reads files, ``values`` converts and validates values,
``runs`` records imports and makes sure that each batch is loaded exactly once, ``participation`` decides
which behaviours count, and ``engines`` load rows. ``exports`` has the mappings of known exports,
``inference`` writes a first mapping, and ``adapters`` prepare known data sets.
"""
