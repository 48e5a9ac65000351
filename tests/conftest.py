"""The order of the test files, and which processes load the fixtures."""

import pytest

LONGEST_FIRST = (
    "test_documentation.py",
    "test_bulk_and_kills.py",
    "test_open_forecasts.py",
    "test_leakage.py",
    "test_backup.py",
)
"""Integration tests that take a minute or more: if one began last, the other process would wait for it."""


def pytest_configure(config: pytest.Config) -> None:
    """Load the fixtures where tests run, because they import torch, which takes seconds."""
    only_distributes = bool(config.getoption("numprocesses", None)) and not hasattr(config, "workerinput")
    if not only_distributes:
        config.pluginmanager.import_plugin("tests.database")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files; the others keep their order."""
    ranks = {name: rank for rank, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: ranks.get(item.path.name, len(ranks)))
