"""Daily series of a campaign that is small enough to calculate by hand."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from forecasting.history.read_history import read_history
from forecasting.history.series import DECAY, read_influence
from graph.connection import Graph
from graph.progress import Silent
from tests.data import query
from tests.unit import test_klstm

ZONE = "America/New_York"
RUN = "network/by-hand"

# a is a key user; a influences b (0.5) and c (0.25), b influences c (0.1).
# a takes part on the 1st and the 3rd, b on the 2nd (and redeems on the 3rd), c on the 4th.
GRAPH = """
CREATE (k:Campaign {dataset: $d, id: '1', name: 'One', kind: 'T', zone: $zone,
  starts_at: datetime('2017-03-01T00:00:00[America/New_York]'),
  ends_at: datetime('2017-03-08T00:00:00[America/New_York]')})
CREATE (a:User {dataset: $d, id: 'a'}), (b:User {dataset: $d, id: 'b'}), (c:User {dataset: $d, id: 'c'}),
  (e:User {dataset: $d, id: 'e'}), (p:Product {dataset: $d, id: 'p'}), (q:Product {dataset: $d, id: 'q'}),
  (k)-[:PROMOTES]->(p)
CREATE (a)-[:TARGETED_BY {at: k.starts_at}]->(k), (b)-[:TARGETED_BY {at: k.starts_at}]->(k),
  (c)-[:TARGETED_BY {at: k.starts_at}]->(k),
  (a)-[:KEY_USER_OF {run: $run, rank: 1, score: 1.5, centrality: 1.0}]->(k),
  (a)-[:INFLUENCES {run: $run, probability: 0.5}]->(b),
  (a)-[:INFLUENCES {run: $run, probability: 0.25}]->(c),
  (b)-[:INFLUENCES {run: $run, probability: 0.1}]->(c),
  (a)-[:INFLUENCES {run: 'other', probability: 1.0}]->(c)
WITH k, {a: a, b: b, c: c, e: e} AS users, p, q
UNWIND [['a', '2017-03-01T23:30', 'PURCHASED', 1.0], ['b', '2017-03-02T10:00', 'PURCHASED', 1.0],
        ['a', '2017-03-03T08:00', 'PURCHASED', 1.0], ['b', '2017-03-03T00:00', 'REDEEMED', 3.0],
        ['c', '2017-03-04T09:00', 'PURCHASED', 1.0], ['c', '2017-03-05T00:00', 'PURCHASED', 1.0]] AS part
WITH k, users, p, q, part, users[part[0]] AS user
CREATE (user)-[:PARTICIPATED_IN {at: datetime(part[1] + ':00[America/New_York]'),
                                 behaviour: part[2], weight: part[3]}]->(k)
WITH DISTINCT users, p, q
UNWIND [['a', '2017-02-27T12:00', 'p', 0.5], ['a', '2017-02-27T12:00', 'p', null],
        ['b', '2017-02-27T13:00', 'p', null], ['b', '2017-02-28T13:00', 'q', 0.5],
        ['b', '2017-03-02T10:00', 'p', null], ['e', '2017-02-28T13:00', 'p', null]] AS act
WITH users[act[0]] AS user, act, CASE act[2] WHEN 'p' THEN p ELSE q END AS product
CREATE (user)-[:PURCHASED {at: datetime(act[1] + ':00[America/New_York]'), quantity: 1,
                            value: 1.0, coupon_discount: act[3], basket: act[1]}]->(product)
"""


@pytest.fixture
def small_dataset(graph: Graph, dataset: str) -> str:
    query(graph, GRAPH, d=dataset, run=RUN, zone=ZONE)
    query(
        graph,
        "CREATE (:Run {dataset: $d, id: 'import/x', kind: 'import', number: 1, state: 'complete', loaded: 1, "
        'zone: $zone, rules: \'{"kinds": {}, "participation": {}}\', '
        "first_behaviour_at: datetime('2017-02-26T00:00:00[America/New_York]'), "
        "last_behaviour_at: datetime('2017-03-04T20:00:00[America/New_York]')})",
        d=dataset,
        zone=ZONE,
    )
    return dataset


def test_steps_equal_those_calculated_by_hand(graph: Graph, small_dataset: str) -> None:
    run = replace(test_klstm.RUN, id=RUN)
    history = read_history(graph, small_dataset, run, date(2017, 3, 5), Silent())
    frame = history.steps
    rows = frame.set_index(frame["ds"].dt.strftime("%m-%d"))
    assert rows["y"].to_dict() == {
        "02-26": 0, "02-27": 2, "02-28": 0, "03-01": 1, "03-02": 1, "03-03": 2, "03-04": 1,
    }  # fmt: skip
    assert rows["key_users"].to_dict()["02-27"] == 1
    assert rows.loc["03-01":, "key_users"].tolist() == [1, 0, 1, 0]
    assert rows.loc["03-01":, "redeemers"].tolist() == [0, 0, 1, 0]
    assert rows.loc["03-01":, "weight"].tolist() == [1, 1, 4, 1]
    # 1st: a exposes b and c. 2nd: b has taken part; a (a day ago) and b expose c. 3rd: both expose c today.
    # 4th: nobody is at risk.
    assert rows.loc["03-01":, "exposed"].tolist() == [2, 1, 1, 0]
    reach = [0.5 + 0.25, 0.25 * DECAY + 0.1, 0.25 + 0.1, 0.0]
    assert rows.loc["03-01":, "reach"].tolist() == pytest.approx(reach)
    level = [1 + reach[0], 1 + reach[1], 4 + reach[2], 1]
    assert rows.loc["03-01":, "level"].tolist() == pytest.approx(level)
    assert rows.loc[:"02-28", "level"].tolist() == [0, 0, 0]
    prelaunch = history.prelaunch.sort_values("user")
    assert prelaunch["user"].tolist() == ["a", "b"]
    assert (prelaunch["ds"] == pd.Timestamp("2017-02-27")).all()
    bought = [
        (row.user, f"{row.ds:%m-%d}", row.value, row.by_coupon)
        for row in history.bought.sort_values(["user", "ds"]).itertuples()
    ]
    assert bought == [("a", "02-27", 2.0, True), ("b", "02-27", 1.0, False), ("b", "03-02", 1.0, False)]
    by_coupon = history.activity[history.activity["by_coupon"].astype(bool)]
    assert set(zip(by_coupon["user"], by_coupon["ds"].dt.strftime("%m-%d"), strict=True)) == {
        ("a", "02-27"),
        ("b", "02-28"),
    }
    redeemed = history.participations.query("redeemed")
    assert redeemed[["user", "ds"]].to_numpy().tolist() == [["b", pd.Timestamp("2017-03-03")]]


def test_series_of_the_page_has_the_same_participants(graph: Graph, small_dataset: str) -> None:
    campaign = pd.Series(
        {"id": "1", "starts": pd.Timestamp("2017-03-01"), "ends": pd.Timestamp("2017-03-08")}
    )
    frame = read_influence(graph, small_dataset, campaign, RUN)
    assert frame["y"].tolist() == [1, 1, 2, 1]
