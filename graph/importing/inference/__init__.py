"""Writes a first mapping for a delivery: what the data tells, and questions for the rest.

``inspect`` finds the files and how each is read, ``tables`` what each fills by the words of ``names``,
``formats`` how times, numbers and discounts are written, ``behaviours`` and ``kinds`` what users did.
``infer`` puts them together into a ``draft``, which renders the mapping.
"""
