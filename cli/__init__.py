"""The `groundswell` command line.

Command modules import only typer at the top; each command imports what it runs. So `groundswell --help`
and commands that only read start without loading pandas or torch (`tests/unit/test_start_up.py`).
"""
