"""Networks of data sets whose campaigns connect nobody, are all to come, or are long over."""

from datetime import date
from pathlib import Path

import pytest

from graph.connection import Graph
from graph.progress import Silent
from network.build import build_network
from network.incremental_update import update_network
from tests.data import text_encoder
from tests.shop import HEADER, Import, shop_mapping

TABLES = shop_mapping("shop").model_dump(exclude_unset=True, mode="json")["tables"]


@pytest.mark.parametrize("names", [["campaigns", "behaviours"], ["behaviours"]])
def test_an_empty_network_is_built_and_updated(
    graph: Graph, load: Import, shop: Path, dataset: str, names: list[str]
) -> None:
    (shop / "orders.csv").write_text(HEADER + "a,tea,2024-03-02 10:00,3.5\na,tea,2024-05-01 09:00,3.5\n")
    assert load(tables={name: TABLES[name] for name in names}).participations == 0
    network = build_network(graph, dataset, Silent(), encoder=text_encoder())
    assert (network.users, network.influences, network.key_users, network.groups) == (1, 0, 0, 0)
    assert update_network(graph, dataset, Silent()).influences == 0


@pytest.mark.parametrize(("year", "participations"), [("2025", 0), ("2023", 2)])
def test_network_is_built_where_no_campaign_runs(
    graph: Graph, load: Import, shop: Path, dataset: str, year: str, participations: int
) -> None:
    (shop / "campaigns.csv").write_text(f"id,starts,ends\nF1,{year}-03-01,{year}-04-01\n")
    (shop / "orders.csv").write_text(
        HEADER
        + "a,tea,2023-03-02 10:00,3.5\nb,tea,2023-03-03 10:00,3.5\n"
        + "".join(f"{user},tea,2024-{month:02}-02 10:00,3.5\n" for month in range(1, 7) for user in "ab")
    )
    assert load().participations == participations
    network = build_network(graph, dataset, Silent(), encoder=text_encoder())
    assert network.users == 2  # Nothing is known of c before the cut-off.
    assert network.cutoff == date(2024, 6, 3)  # The day after the last behaviour, as ever.
