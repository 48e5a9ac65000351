"""What is read up to a day equals what is read up to a later one and then cut."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from forecasting.history.read_history import read_history
from graph.connection import Graph
from graph.datasets import describe_dataset
from graph.progress import Silent
from network.build import build_network
from network.inputs import read_inputs
from tests.data import query, text_encoder
from tests.shop import Import, shop_mapping

ZONE = "America/New_York"
USERS = "abcdef"
DAYS = [date(2024, 3, 9), date(2024, 3, 10), date(2024, 3, 11), date(2024, 3, 20)]
"""Clocks go forward on 10 March."""


@pytest.fixture
def moving_targets(load: Import, shop: Path, dataset: str) -> str:
    """A data set whose campaigns target users while they run, with purchases late in the evening."""
    (shop / "users.csv").write_text("id,city\n" + "".join(f"{user},Ulm\n" for user in USERS))
    (shop / "campaigns.csv").write_text(
        "id,starts,ends\nF1,2024-03-01,2024-04-01\nF2,2024-03-10 10:00,2024-04-01\n"
    )
    (shop / "targets.csv").write_text(
        "user,campaign,at\na,F1,\nb,F1,2024-03-09 22:00\nc,F1,2024-03-20\nd,F1,2024-03-25 12:00\n"
        "a,F2,2024-03-10 23:00\nb,F2,2024-03-11 01:00\n"
    )
    (shop / "offers.csv").write_text("campaign,product\nF1,tea\nF2,tea\n")
    days = pd.date_range("2024-02-01", "2024-03-30")
    orders = [
        f"{user},{product},{day.date()} {time},3.5\n"
        for number, day in enumerate(days)
        for user, product, time in zip(
            USERS, ["tea", "mug"] * 3, ["22:30", "00:30", "19:10"] * 2, strict=True
        )
        if (number + USERS.index(user)) % 3 or user == "a"
    ]
    (shop / "orders.csv").write_text("user,product,at,amount\n" + "".join(orders))
    tables = shop_mapping(dataset).model_dump(exclude_unset=True, mode="json")["tables"]
    tables["targetings"][0]["columns"]["at"] = "at"
    load(tables=tables, zone=ZONE, kinds={"order": {"type": "PURCHASED", "counts": "promoted"}})
    return dataset


def same(cut: pd.DataFrame, read: pd.DataFrame) -> None:
    order = [name for name in ("campaign", "unique_id", "id", "user", "ds", "at") if name in cut]
    # Categories may include users without a row.
    cut, read = (frame.astype({name: str for name in order if name == "user"}) for frame in (cut, read))
    cut, read = (frame.sort_values(order, ignore_index=True) for frame in (cut, read))
    pd.testing.assert_frame_equal(cut, read[cut.columns], check_dtype=False)


@pytest.mark.parametrize("day", DAYS)
def test_network_inputs_are_cut_as_they_are_read(graph: Graph, moving_targets: str, day: date) -> None:
    dataset = describe_dataset(graph, moving_targets)
    cut, read = read_inputs(graph, dataset, dataset.end).before(day), read_inputs(graph, dataset, day)
    for name in ("targetings", "participations", "activity", "stated", "campaigns"):
        same(getattr(cut, name), getattr(read, name))
    assert (cut.interests.counts() != read.interests.counts()).nnz == 0
    # The end of each day of activity is a midnight of New York.
    ends = pd.to_datetime(read.activity["at"], unit="s", utc=True).dt.tz_convert(ZONE)
    assert (ends == ends.dt.normalize()).all()
    assert ends.max().date() == day


@pytest.mark.parametrize("day", DAYS)
def test_history_is_cut_as_it_is_read(graph: Graph, moving_targets: str, day: date) -> None:
    network = build_network(graph, moving_targets, Silent(), encoder=text_encoder(), cutoff=DAYS[0])
    end = describe_dataset(graph, moving_targets).end
    cut = read_history(graph, moving_targets, network, end, Silent()).before(day)
    read = read_history(graph, moving_targets, network, day, Silent())
    for name in ("steps", "campaigns", "roles", "participations", "bought", "activity"):
        same(getattr(cut, name), getattr(read, name))
    reached = {
        DAYS[0]: {"F1": 1},
        DAYS[1]: {"F1": 2},
        DAYS[2]: {"F1": 2, "F2": 1},
        DAYS[3]: {"F1": 2, "F2": 2},
    }
    assert read.campaigns.set_index("id")["targeted"].to_dict() == reached[day]


@pytest.mark.parametrize("day", DAYS)
def test_history_of_open_campaigns_is_cut_as_it_is_read(
    graph: Graph, moving_targets: str, load: Import, day: date
) -> None:
    """F1 is open, and F2 targets users."""
    tables = shop_mapping(moving_targets).model_dump(exclude_unset=True, mode="json")["tables"]
    mixed = {"targeted": "mixed"}
    load(tables={"campaigns": tables["campaigns"]}, kinds={}, zone=ZONE, participation=mixed)
    query(graph, "MATCH (c:Campaign {dataset: $d, id: 'F1'})<-[r:TARGETED_BY]-() DELETE r", d=moving_targets)
    network = build_network(graph, moving_targets, Silent(), encoder=text_encoder(), cutoff=DAYS[0])
    end = describe_dataset(graph, moving_targets).end
    cut = read_history(graph, moving_targets, network, end, Silent()).before(day)
    read = read_history(graph, moving_targets, network, day, Silent())
    for name in ("steps", "campaigns", "roles", "participations", "activity"):
        same(getattr(cut, name), getattr(read, name))
    is_open = read.campaigns.set_index("id")["open"].to_dict()
    assert is_open == ({"F1": True} if day <= DAYS[1] else {"F1": True, "F2": False})


def test_plan_has_the_users_targeted_up_to_its_first_day(graph: Graph, moving_targets: str) -> None:
    network = build_network(graph, moving_targets, Silent(), encoder=text_encoder(), cutoff=DAYS[0])
    day, end = DAYS[1], describe_dataset(graph, moving_targets).end
    read = read_history(graph, moving_targets, network, day, Silent(), only="F2", planned=True)
    assert read.roles[read.roles["campaign"] == "F2"]["user"].tolist() == ["a"]
    assert read.campaigns.set_index("id")["targeted"].to_dict() == {"F1": 2, "F2": 1}
    assert set(read.bought["user"]) == {"a"}
    cut = read_history(graph, moving_targets, network, end, Silent()).before(day, planned="F2")
    same(cut.campaigns, read.campaigns)
    same(cut.roles, read.roles)
    same(cut.steps[cut.steps["unique_id"] == "F2"], read.steps)


def test_users_are_exposed_from_their_targeting_on(graph: Graph, moving_targets: str, dataset: str) -> None:
    network = build_network(graph, moving_targets, Silent(), encoder=text_encoder(), cutoff=DAYS[0])
    query(graph, "MATCH (:User {dataset: $d})-[r:INFLUENCES]->() DELETE r", d=dataset)
    query(
        graph,
        "MATCH (a:User {dataset: $d, id: 'a'}), (d:User {dataset: $d, id: 'd'}) "
        "CREATE (a)-[:INFLUENCES {run: $r, probability: 0.5}]->(d)",
        d=dataset, r=network.id,
    )  # fmt: skip
    end = describe_dataset(graph, moving_targets).end
    steps = read_history(graph, moving_targets, network, end, Silent()).steps
    exposed = steps[(steps["unique_id"] == "F1") & (steps["exposed"] > 0)]["ds"]
    assert exposed.min() == pd.Timestamp("2024-03-25")
