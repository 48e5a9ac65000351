"""Converts the texts of a file to the values of the contract: ``convert`` columns, ``validate`` whole blocks.

``observer`` collects warnings, ``later_files`` compares files.
"""
