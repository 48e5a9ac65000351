"""The mapping file: how a user's files fill the tables of the contract.

``formats`` defines the format of values, ``source`` the files and columns of a table, ``kinds`` the kinds of
behaviours; ``model`` is the whole file.
"""
