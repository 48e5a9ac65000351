"""Factors associated with participation, on data with known associations."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from network.factors import _discount_share, participation_factors
from network.participation_history import DAY
from network.tags.user_tags import TagTable
from tests.unit.test_similarity import CAMPAIGN_DAYS, CAMPAIGNS, USERS, simulated_data

NO_EDGES = pd.DataFrame({"source": [], "target": []})


def no_tags(users: pd.Index) -> TagTable:
    return TagTable(users, pd.DataFrame({"user": [], "tag": [], "text": [], "weight": []}))


def test_interest_in_promoted_items_is_associated_with_participation() -> None:
    inputs = simulated_data().inputs
    # Each campaign promotes the interests of one taste; users of that taste take part seven times as often.
    promotes = [[f"p:{number % 2 * 5 + i}" for i in range(5)] for number in range(CAMPAIGNS)]
    campaigns = pd.DataFrame(
        {
            "campaign": [f"c{number:02}" for number in range(CAMPAIGNS)],
            "kind": "any",
            "starts": [number * CAMPAIGN_DAYS * DAY for number in range(CAMPAIGNS)],
            "text": "",
            "promotes": promotes,
        }
    )
    inputs = replace(inputs, campaigns=campaigns)
    # Two random communities with the same association, and a third that is too small.
    communities = np.random.default_rng(1).integers(2, size=USERS)
    communities[:1] = 2
    factors = participation_factors(inputs, communities, NO_EDGES, no_tags(inputs.users), [])
    promoted = factors[factors["factor"] == "buys what it promotes"].set_index("community")
    assert sorted(promoted.index) == [0, 1]
    assert ((promoted["low"] < promoted["risk_ratio"]) & (promoted["risk_ratio"] < promoted["high"])).all()
    assert (promoted["low"] > 4).all()
    assert factors["factor"].iloc[0] == "buys what it promotes"
    # There are no edges, so nobody is exposed to an influencer.
    exposure = factors[factors["factor"] == "an influencer took part early"]
    assert exposure.empty


def test_risk_ratio_of_an_unrelated_tag_is_one() -> None:
    inputs = simulated_data().inputs
    every_other_user = inputs.users[::2]
    tags = TagTable(
        inputs.users, pd.DataFrame({"user": every_other_user, "tag": "t:1", "text": "one", "weight": 1.0})
    )
    one_community = np.zeros(USERS, dtype=np.int64)
    factors = participation_factors(inputs, one_community, NO_EDGES, tags, ["t:1"])
    (row,) = factors[factors["factor"] == "tag: one"].to_dict("records")
    assert row["low"] < 1 < row["high"]
    assert row["risk_ratio"] == pytest.approx(1, abs=0.15)


def test_no_participations_give_no_factors() -> None:
    inputs = simulated_data().inputs
    inputs = replace(inputs, participations=inputs.participations.iloc[:0])
    one_community = np.zeros(USERS, dtype=np.int64)
    factors = participation_factors(inputs, one_community, NO_EDGES, no_tags(inputs.users), [])
    assert factors.empty


def test_discounts_of_the_launch_day_do_not_count() -> None:
    inputs = simulated_data().inputs
    discounts = np.where(np.arange(len(inputs.activity)) % 3 == 0, 1.0, 0.0)
    activity = inputs.activity.assign(discount=discounts)
    start = 10.5 * DAY  # At noon: the day ends later.
    on_the_day = (activity["at"] > start) & (activity["at"] <= start + DAY)
    assert on_the_day.any()
    corrupted = activity.assign(discount=activity["discount"].where(~on_the_day, 1e6))
    shares = [_discount_share(replace(inputs, activity=rows), start) for rows in (activity, corrupted)]
    np.testing.assert_array_equal(*shares)
    assert np.nanmax(shares[0]) > 0
