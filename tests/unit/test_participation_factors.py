"""What goes with taking part, where it is known."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from network.factors import stimulating_factors
from network.participation_history import DAY
from network.tags.user_tags import TagTable
from tests.unit.test_similarity import CAMPAIGNS, LENGTH, USERS, world

NO_EDGES = pd.DataFrame({"source": [], "target": []})


def nothing(users: pd.Index) -> TagTable:
    return TagTable(users, pd.DataFrame({"user": [], "tag": [], "text": [], "weight": []}))


def test_interest_in_what_is_promoted_goes_with_taking_part_and_only_where_it_does() -> None:
    made = world()
    inputs = made.inputs
    # Each campaign promotes the interests of one taste; users of it take part seven times as often.
    promotes = [[f"p:{number % 2 * 5 + i}" for i in range(5)] for number in range(CAMPAIGNS)]
    campaigns = pd.DataFrame(
        {
            "campaign": [f"c{number:02}" for number in range(CAMPAIGNS)],
            "kind": "any",
            "starts": [number * LENGTH * DAY for number in range(CAMPAIGNS)],
            "text": "",
            "promotes": promotes,
        }
    )
    inputs = replace(inputs, campaigns=campaigns)
    # Two communities at random: the same holds in both. A third is too small to tell.
    communities = np.random.default_rng(1).integers(2, size=USERS)
    communities[:1] = 2
    found = stimulating_factors(inputs, communities, NO_EDGES, nothing(inputs.users), [])
    fit = found[found["factor"] == "buys what it promotes"].set_index("community")
    assert sorted(fit.index) == [0, 1]
    assert ((fit["low"] < fit["times"]) & (fit["times"] < fit["high"])).all()
    assert (fit["low"] > 4).all()
    assert found["factor"].iloc[0] == "buys what it promotes"
    # Interests before the campaign alone are looked at: the first campaign has none to go by.
    near = found[found["factor"] == "somebody near took part early"]
    assert near.empty


def test_a_tag_that_nobody_heeds_goes_with_nothing() -> None:
    inputs = world().inputs
    half = inputs.users[::2]
    tags = TagTable(inputs.users, pd.DataFrame({"user": half, "tag": "t:1", "text": "one", "weight": 1.0}))
    everybody = np.zeros(USERS, dtype=np.int64)
    found = stimulating_factors(inputs, everybody, NO_EDGES, tags, ["t:1"])
    (row,) = found[found["factor"] == "tag: one"].to_dict("records")
    assert row["low"] < 1 < row["high"]
    assert row["times"] == pytest.approx(1, abs=0.15)


def test_without_campaigns_there_is_nothing_to_tell() -> None:
    inputs = world().inputs
    none = replace(inputs, participations=inputs.participations.iloc[:0])
    found = stimulating_factors(none, np.zeros(USERS, dtype=np.int64), NO_EDGES, nothing(inputs.users), [])
    assert found.empty
