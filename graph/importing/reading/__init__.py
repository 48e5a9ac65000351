"""Reads the files of a delivery: ``input_files`` finds them, ``blocks`` and ``lines`` parse them."""
