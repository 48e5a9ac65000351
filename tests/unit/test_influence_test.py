"""The influence test, on simulated data with and without influence."""

import numpy as np
import pandas as pd
import pytest

from network.influence.influence_test import CampaignSums, risk_ratio, run_influence_test
from network.participation_history import DAY, ParticipationHistory
from network.statistics import InfluenceTest, RiskRatio

N_USERS, CAMPAIGNS, CAMPAIGN_DAYS = 300, 30, 56.0
USERS = pd.Index([f"u{i:03}" for i in range(N_USERS)])


def simulated_network(seed: int, influence: float) -> tuple[ParticipationHistory, np.ndarray, np.ndarray]:
    """Simulated participations, and the sources and targets of edges between similarly active users.

    `influence` is the probability that a participation makes a neighbour take part within three days.
    """
    rng = np.random.default_rng(seed)
    rate = np.sort(rng.uniform(0.002, 0.02, N_USERS))
    # Neighbours are close in the order of activity.
    sources = np.repeat(np.arange(N_USERS), 4)
    targets = np.clip(sources + rng.choice([-6, -5, -4, -3, 3, 4, 5, 6], len(sources)), 0, N_USERS - 1)
    valid = sources != targets
    sources, targets = sources[valid], targets[valid]
    participations, activity = [], []
    for campaign in range(CAMPAIGNS):
        begin = campaign * CAMPAIGN_DAYS
        first = begin + rng.exponential(1 / rate)
        for user in np.argsort(first):
            influenced = targets[sources == user][rng.random((sources == user).sum()) < influence]
            first[influenced] = np.minimum(
                first[influenced], first[user] + rng.uniform(0.1, 3, len(influenced))
            )
        for user in np.flatnonzero(first < begin + CAMPAIGN_DAYS):
            participations.append((USERS[user], f"c{campaign:02}", first[user] * DAY))
        days = begin + np.arange(CAMPAIGN_DAYS)
        active = rng.random((N_USERS, len(days))) < 10 * rate[:, None]
        activity += [
            (USERS[user], (days[day] + 1) * DAY) for user, day in zip(*np.nonzero(active), strict=True)
        ]
    campaigns = [f"c{number:02}" for number in range(CAMPAIGNS)]
    reached = pd.MultiIndex.from_product([USERS, campaigns], names=["user", "campaign"]).to_frame(index=False)
    reached["at"] = -np.inf
    history = ParticipationHistory.of(
        USERS,
        reached,
        pd.DataFrame(participations, columns=["user", "campaign", "at"]),
        pd.DataFrame(activity, columns=["user", "at"]),
        CAMPAIGNS * CAMPAIGN_DAYS * DAY,
    )
    return history, sources, targets


def test_simulated_influence_is_detected() -> None:
    history, sources, targets = simulated_network(seed=1, influence=0.3)
    result = run_influence_test(history, sources, targets, np.arange(20), seed=2)
    assert result.verdict == "supported"
    assert result.matched and result.matched.low > 1.3
    assert result.shuffled and result.shuffled.low > 1.1
    assert result.window_days == 7


def test_homophily_is_not_mistaken_for_influence() -> None:
    matched = []
    for seed in range(3, 8):
        history, sources, targets = simulated_network(seed, influence=0.0)
        result = run_influence_test(history, sources, targets, np.arange(20), seed=2)
        # Against a random network there seems to be influence: active users are connected to active users.
        assert result.random and result.random.ratio > 1.1
        assert result.matched
        matched.append(result.matched.ratio)
        assert result.verdict != "supported"
    # The standard error of the mean is 0.02.
    assert np.mean(matched) == pytest.approx(1, abs=0.06)


def test_only_trials_since_the_given_time_count() -> None:
    history, sources, targets = simulated_network(seed=1, influence=0.3)
    middle = CAMPAIGNS // 2 * CAMPAIGN_DAYS * DAY
    whole_period, second_half, no_period = (
        run_influence_test(history, sources, targets, np.arange(20), 2, since)
        for since in (-np.inf, middle, CAMPAIGNS * CAMPAIGN_DAYS * DAY)
    )
    assert whole_period.trials * 0.4 < second_half.trials < whole_period.trials * 0.6
    assert (no_period.trials, no_period.verdict) == (0, "not tested")


def test_too_few_campaigns_give_no_ratio() -> None:
    history, sources, targets = simulated_network(seed=1, influence=0.3)
    few = ParticipationHistory(history.users, history.before, history.activity, history.campaigns[:4])
    result = run_influence_test(few, sources, targets, np.arange(20), seed=2)
    assert result.trials > 0
    assert (result.matched, result.random, result.verdict) == (None, None, "not tested")


def test_result_does_not_depend_on_the_order_of_edges() -> None:
    history, sources, targets = simulated_network(seed=1, influence=0.1)
    order = np.random.default_rng(0).permutation(len(sources))
    result = run_influence_test(history, sources, targets, np.arange(20), seed=2)
    assert run_influence_test(history, sources[order], targets[order], np.arange(20), seed=2) == result


@pytest.mark.parametrize("campaigns", [5, 10, 25])
@pytest.mark.parametrize("evenness", [0.1, 1.0, 100.0])
def test_interval_covers_the_true_ratio(campaigns: int, evenness: float) -> None:
    rng, ratio, estimates = np.random.default_rng(campaigns), 1.3, []
    while len(estimates) < 500:
        expected = rng.dirichlet(np.full(campaigns, evenness)) * 1000 + 0.1
        # The rates of observed and null successes vary between campaigns.
        rates = rng.gamma(20, 1 / 20, (2, campaigns))
        observed = CampaignSums(rng.poisson(ratio * rates[0] * expected).astype(float), expected)
        null = CampaignSums(rng.poisson(rates[1] * expected).astype(float), expected)
        if estimate := risk_ratio(observed, null):
            estimates.append(estimate)
    assert np.mean([estimate.low <= ratio <= estimate.high for estimate in estimates]) > 0.93


def test_campaigns_of_equal_ratios_give_no_interval() -> None:
    observed, null = (CampaignSums(np.full(5, count), np.full(5, 0.3)) for count in (2.0, 1.0))
    assert risk_ratio(observed, null) is None


def test_interval_end_above_1000_is_printed_as_a_bound() -> None:
    assert str(RiskRatio(1.9, 5e-10, 6.9e9)) == "1.90 [0.00, >1000]"
    assert str(RiskRatio(1.5, 1.2, 1.9)) == "1.50 [1.20, 1.90]"


@pytest.mark.parametrize(
    ("matched", "shuffled", "verdict"),
    [((1.5, 1.2, 1.9), (1.2, 1.1, 1.3), "supported"), ((1.5, 1.2, 1.9), (1.0, 0.9, 1.1), "not supported"),
     ((1.07, 1.01, 1.12), (1.2, 1.1, 1.3), "weak"), ((1.3, 0.9, 1.9), (1.2, 1.1, 1.3), "not supported"),
     (None, None, "not tested"), ((1.5, 1.2, 1.9), None, "not tested"),
     ((1.3, 0.9, 1.9), None, "not supported"), (None, (1.0, 0.9, 1.1), "not supported")],
)  # fmt: skip
def test_verdict_follows_from_the_intervals(
    matched: tuple[float, ...] | None, shuffled: tuple[float, ...] | None, verdict: str
) -> None:
    not_compared = RiskRatio(1.0, 0.9, 1.1)
    ratios = (RiskRatio(*interval) if interval else None for interval in (matched, shuffled))
    influence_test = InfluenceTest(7, 1, 1, 1.0, not_compared, *ratios, not_compared)
    assert influence_test.verdict == verdict
    assert InfluenceTest.of(influence_test.figures()) == influence_test
