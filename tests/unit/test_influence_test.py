"""The influence test, on worlds in which the truth is known."""

import numpy as np
import pandas as pd
import pytest

from network.influence.influence_test import run_influence_test
from network.participation_history import DAY, ParticipationHistory
from network.runs import InfluenceTest, RiskRatio

PEOPLE, CAMPAIGNS, LENGTH = 300, 30, 56.0
USERS = pd.Index([f"u{i:03}" for i in range(PEOPLE)])


def world(seed: int, follow: float) -> tuple[ParticipationHistory, np.ndarray, np.ndarray]:
    """Everybody takes part now and then, the busy more often; neighbours are alike in how busy they are.

    With `follow`, each participation makes each neighbour take part within three days.
    """
    rng = np.random.default_rng(seed)
    busy = np.sort(rng.uniform(0.002, 0.02, PEOPLE))
    # Neighbours lie near each other in the order of how busy they are.
    sources = np.repeat(np.arange(PEOPLE), 4)
    targets = np.clip(sources + rng.choice([-6, -5, -4, -3, 3, 4, 5, 6], len(sources)), 0, PEOPLE - 1)
    apart = sources != targets
    sources, targets = sources[apart], targets[apart]
    participations, activity = [], []
    for campaign in range(CAMPAIGNS):
        begin = campaign * LENGTH
        first = begin + rng.exponential(1 / busy)
        for user in np.argsort(first):
            pulled = targets[sources == user][rng.random((sources == user).sum()) < follow]
            first[pulled] = np.minimum(first[pulled], first[user] + rng.uniform(0.1, 3, len(pulled)))
        for user in np.flatnonzero(first < begin + LENGTH):
            participations.append((USERS[user], f"c{campaign:02}", first[user] * DAY))
        days = begin + np.arange(LENGTH)
        shown = rng.random((PEOPLE, len(days))) < 10 * busy[:, None]
        activity += [(USERS[user], days[day] * DAY) for user, day in zip(*np.nonzero(shown), strict=True)]
    campaigns = [f"c{one:02}" for one in range(CAMPAIGNS)]
    reached = pd.MultiIndex.from_product([USERS, campaigns], names=["user", "campaign"]).to_frame(index=False)
    history = ParticipationHistory.of(
        USERS,
        reached,
        pd.DataFrame(participations, columns=["user", "campaign", "at"]),
        pd.DataFrame(activity, columns=["user", "at"]),
        CAMPAIGNS * LENGTH * DAY,
    )
    return history, sources, targets


def test_influence_that_is_there_is_found() -> None:
    history, sources, targets = world(seed=1, follow=0.3)
    found = run_influence_test(history, sources, targets, np.arange(20), seed=2)
    assert found.verdict == "supported"
    assert found.matched and found.matched.low > 1.3
    assert found.shuffled and found.shuffled.low > 1.1
    assert found.window_days == 7


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_neighbours_who_are_merely_alike_are_not_mistaken_for_influence(seed: int) -> None:
    history, sources, targets = world(seed, follow=0.0)
    found = run_influence_test(history, sources, targets, np.arange(20), seed=2)
    # Against random users they look like followers: the busy are joined to the busy.
    assert found.random and found.random.ratio > 1.1
    assert found.matched and found.matched.ratio == pytest.approx(1, abs=0.1)
    assert found.verdict != "supported"


def test_only_what_happens_from_the_given_moment_on_counts() -> None:
    history, sources, targets = world(seed=1, follow=0.3)
    middle = CAMPAIGNS // 2 * LENGTH * DAY
    whole, later, nothing = (
        run_influence_test(history, sources, targets, np.arange(20), 2, since)
        for since in (-np.inf, middle, CAMPAIGNS * LENGTH * DAY)
    )
    assert whole.trials * 0.4 < later.trials < whole.trials * 0.6
    assert (nothing.trials, nothing.verdict) == (0, "not supported")


def test_a_handful_of_campaigns_says_nothing() -> None:
    history, sources, targets = world(seed=1, follow=0.3)
    few = ParticipationHistory(history.users, history.before, history.activity, history.campaigns[:4])
    found = run_influence_test(few, sources, targets, np.arange(20), seed=2)
    assert found.trials > 0
    assert (found.matched, found.random, found.verdict) == (None, None, "not supported")


def test_the_test_comes_out_the_same_again() -> None:
    history, sources, targets = world(seed=1, follow=0.1)
    shuffled = np.random.default_rng(0).permutation(len(sources))
    first = run_influence_test(history, sources, targets, np.arange(20), seed=2)
    assert run_influence_test(history, sources[shuffled], targets[shuffled], np.arange(20), seed=2) == first


@pytest.mark.parametrize(
    ("matched", "shuffled", "verdict"),
    [((1.5, 1.2, 1.9), (1.2, 1.1, 1.3), "supported"), ((1.5, 1.2, 1.9), (1.0, 0.9, 1.1), "not supported"),
     ((1.07, 1.01, 1.12), (1.2, 1.1, 1.3), "weak"), ((1.3, 0.9, 1.9), (1.2, 1.1, 1.3), "not supported"),
     (None, None, "not supported"), ((1.5, 1.2, 1.9), None, "not supported")],
)  # fmt: skip
def test_the_verdict(
    matched: tuple[float, ...] | None, shuffled: tuple[float, ...] | None, verdict: str
) -> None:
    one = RiskRatio(1.0, 0.9, 1.1)
    ratios = (RiskRatio(*given) if given else None for given in (matched, shuffled))
    influence_test = InfluenceTest(7, 1, 1, 1.0, one, *ratios, one)
    assert influence_test.verdict == verdict
    assert InfluenceTest.of(influence_test.figures()) == influence_test
