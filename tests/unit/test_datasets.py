"""Which data set a command uses: the requested one, the configured one, else the only one."""

from typing import cast

import pytest

from api.routes.page import get_page_dataset
from graph.connection import Graph, Row
from graph.datasets import resolve_dataset
from graph.errors import InvalidRequest, NotFound


class _Database:
    def __init__(self, *imported: str, default_dataset: str = "") -> None:
        self._imported = imported
        self.default_dataset = default_dataset

    def run(self, _name: str) -> list[Row]:
        return [{"dataset": dataset, "imported": 0} for dataset in self._imported]


def resolve(database: _Database, requested: str | None = None) -> str:
    return resolve_dataset(cast(Graph, database), requested)


def test_requested_data_set_overrides_the_setting() -> None:
    assert resolve(_Database("a", "b", default_dataset="b"), "a") == "a"


def test_setting_selects_among_several_data_sets() -> None:
    assert resolve(_Database("a", "b", default_dataset="b")) == "b"


def test_only_data_set_is_the_default() -> None:
    assert resolve(_Database("a")) == "a"


def test_several_data_sets_without_a_name_are_rejected() -> None:
    with pytest.raises(InvalidRequest, match="several data sets: a, b") as error:
        resolve(_Database("b", "a"))
    assert "GROUNDSWELL_DATASET" in error.value.remedy


def test_empty_database_is_rejected() -> None:
    with pytest.raises(NotFound, match="holds no data set"):
        resolve(_Database())


def test_page_data_set_is_the_requested_else_the_configured_else_the_latest() -> None:
    unconfigured, configured = (cast(Graph, _Database("a", "b", default_dataset=name)) for name in ("", "b"))
    assert get_page_dataset(configured, "a") == "a"
    assert get_page_dataset(configured) == "b"
    assert get_page_dataset(unconfigured) == "a"
