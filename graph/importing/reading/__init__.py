"""Reads input files: ``folders`` finds them, ``blocks`` reads them block by block in every format.

``opening`` knows formats and compression, ``lines`` parses delimited text, ``json_files`` and its neighbours
JSON, ``sheets`` workbooks, ``parquet`` Parquet. ``cells`` are columns whose cells have types of their own.
``column_check`` looks for missing columns before a job begins, ``joins`` adds columns of other files.
``delimiters``, ``encodings``, ``title_rows``, ``sample``, ``data_files`` and ``numbered_columns``
mainly serve the inference of mappings.
"""
