"""Converts the texts of a file to the values of the contract: ``convert`` columns, ``rows`` whole blocks."""
