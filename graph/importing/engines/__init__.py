"""Loads rows: ``stream`` into a live database, ``bulk`` into a new one.

``resolve`` decides the outcome of each row without a database.
"""
