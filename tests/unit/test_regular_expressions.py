"""No regular expression takes exponential time: one e-mail address in a file must not stop an import."""

import importlib
import pkgutil
import re
import subprocess
import sys

import graph

_PROBE = """
from tests.unit.test_regular_expressions import patterns, probes
for pattern in patterns():
    for text in probes():
        value = text if isinstance(pattern.pattern, str) else text.encode()
        pattern.fullmatch(value), pattern.search(value)
print("matched")
"""


def patterns() -> list[re.Pattern[str] | re.Pattern[bytes]]:
    """Every compiled expression that a module of `graph` holds."""
    found = []
    for module in pkgutil.walk_packages(graph.__path__, "graph."):
        waiting = list(vars(importlib.import_module(module.name)).values())
        while waiting:
            value = waiting.pop()
            if isinstance(value, re.Pattern):
                found.append(value)
            elif isinstance(value, tuple | list):
                waiting += value
    return found


def probes() -> list[str]:
    """Long texts that match up to their end: there, nested repetitions are tried in all combinations."""
    units = ("a", "1", "é", ".", "-", " ", "ab ", "a.", "a-b", "1.", "1-", "1年", "2024-01-01 ", "-/", "a' ")
    return [unit * (60 // len(unit)) + end for unit in units for end in ("@", "!x", "")]


def test_no_regular_expression_hangs_on_long_values() -> None:
    assert len(patterns()) > 50
    probe = subprocess.run(
        [sys.executable, "-c", _PROBE], capture_output=True, text=True, timeout=60, check=False
    )
    assert (probe.stdout, probe.stderr) == ("matched\n", "")


def test_expressions_for_names_numbers_and_rows_of_data_match() -> None:
    from graph.importing.inference.behaviours.user_columns import _NAME_OF_PERSON as name_of_person
    from graph.importing.reading.data_files import series_pattern
    from graph.importing.reading.title_rows import is_data_row

    names = ("Anna Maria O'Neill", "J. R. R. Tolkien", "Jean-Luc Picard,", "Müller  Ute")
    assert all(name_of_person.fullmatch(name) for name in names)
    others = ("chris@example.com", "Anna", "Anna 2", "-a b", "a_b c", "")
    assert not any(name_of_person.fullmatch(text) for text in others)
    assert series_pattern("orders_2024-06-20T10.csv") == "orders_*.csv"
    assert series_pattern("orders2 b33.csv") == "orders* b*.csv"
    assert is_data_row(["2024-03-01 10:00", "x", "-5,5", ".5"]) and not is_data_row(["a", "1", "b1"])
