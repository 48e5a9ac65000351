"""A data set in which nothing connects users has an empty network."""

from pathlib import Path

import pytest

from graph.connection import Graph
from graph.progress import Silent
from network.build import build_network
from network.incremental_update import update_network
from tests.shop import HEADER, Import, shop_mapping

TABLES = shop_mapping("shop").model_dump(exclude_unset=True, mode="json")["tables"]


@pytest.mark.parametrize("names", [["campaigns", "behaviours"], ["behaviours"]])
def test_an_empty_network_is_built_and_updated(
    graph: Graph, load: Import, shop: Path, dataset: str, names: list[str]
) -> None:
    (shop / "orders.csv").write_text(HEADER + "a,tea,2024-03-02 10:00,3.5\na,tea,2024-05-01 09:00,3.5\n")
    assert load(tables={name: TABLES[name] for name in names}).participations == 0
    network = build_network(graph, dataset, Silent())
    assert (network.users, network.influences, network.key_users, network.groups) == (1, 0, 0, 0)
    assert update_network(graph, dataset, Silent()).influences == 0
