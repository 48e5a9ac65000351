"""Import jobs: a source is read and transformed into tables, loaded batch by batch, and checked.

``table`` is the shape of a source, ``complete_journey`` one adapter, ``ledger`` loads each batch
exactly once, ``job`` runs the whole import.
"""
