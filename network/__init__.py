"""The spreading network: tags, key tags, similarity, influences, key users, neighbour groups.

``build`` runs these steps on the data before a cut-off and writes every result back under a `Run`;
``incremental_update`` brings a network up to a later cut-off. ``what_if`` and ``queries`` read the result.
"""
