"""A data set without ties, tags or participations has an empty network."""

from graph.connection import Graph
from graph.progress import Silent
from network.build import build_network
from network.incremental_update import update_network
from tests.shop import Import, shop_mapping

TABLES = shop_mapping("shop").model_dump(exclude_unset=True, mode="json")["tables"]


def test_a_network_without_participations_is_empty(graph: Graph, load: Import, dataset: str) -> None:
    tables = {name: TABLES[name] for name in ("campaigns", "behaviours")}
    assert load(tables=tables).participations == 0
    network = build_network(graph, dataset, Silent())
    assert (network.users, network.influences, network.key_users, network.groups) == (2, 0, 0, 0)


def test_a_network_of_an_order_log_alone_is_empty(graph: Graph, load: Import, dataset: str) -> None:
    load(tables={"behaviours": TABLES["behaviours"]})
    network = build_network(graph, dataset, Silent())
    assert (network.influences, network.groups) == (0, 0)
    assert update_network(graph, dataset, Silent()).influences == 0
