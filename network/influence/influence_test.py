"""The influence test: do users take part because those around them just did?

Trials (``trials``) are counted on the data set's own history, and their successes over what the
campaign's pace explains are set against three worlds in which nobody influences anybody:

random    the same edges with their targets dealt anew: everybody keeps their degrees;
matched   each waiting user replaced by another one waiting for the same campaign at the same moment,
          as active lately, as long silent and as often a participant before: targeting, season,
          popularity and activity are the same, only the edge is missing;
shuffled  the times of each campaign's participations dealt anew among those who took part: who takes
          part stays, who came after whom does not.

Intervals are 95%, by bootstrap over campaigns, bias-corrected (Efron 1981). Matching at the moment of
exposure follows Aral, Muchnik, Sundararajan (PNAS 2009), the shuffled times Anagnostopoulos, Kumar, Mahdian
(KDD 2008).
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr, ndtri

from network.influence.matching_strata import matching_strata
from network.influence.trials import AtRisk, Edges, Trials, trials_of, window_of
from network.participation_history import DAY, Floats, Ints, ParticipationHistory
from network.runs import InfluenceTest, RiskRatio

_DRAWS = 5
_RESAMPLES = 2000
_ROUNDS = 60
_MOST_TRIALS = 300_000
_FEWEST_CAMPAIGNS = 5
"""With fewer, drawing campaigns anew would say nothing about chance."""


def run_influence_test(
    history: ParticipationHistory,
    sources: Ints,
    targets: Ints,
    key_users: Ints,
    seed: int,
    since: float = -np.inf,
) -> InfluenceTest:
    """Test the edges sources[i] -> targets[i] on what happened from `since` on.

    Edges that were themselves chosen by looking at participations need a `since` after what they were
    chosen by. `key_users` are positions.
    """
    order = np.lexsort((targets, sources))
    sources, targets = sources[order], targets[order]
    rng = np.random.default_rng(seed)
    window = window_of(history)
    edges = Edges.of(len(history.users), sources, targets)
    real = _at_most(trials_of(history, edges, window, since), rng)
    own, controls = _matched(history, real, window, sources, targets, rng)
    apart = [_dealt(history, sources, targets, window, since, rng) for _ in range(_DRAWS)]
    shuffled = [
        _at_most(trials_of(_with_dealt_times(history, rng), edges, window, since), rng) for _ in range(_DRAWS)
    ]
    by_key = np.isin(sources[own.edge], key_users)
    count = len(history.campaigns)
    return InfluenceTest(
        window_days=round(window / DAY),
        trials=len(real),
        followed=int(real.success.sum()),
        matched_share=len(own) / len(real) if len(real) else 0.0,
        random=_compare(_Sums.of(real, count), _Sums.together(apart, count), rng),
        matched=_compare(_Sums.of(own, count), _Sums.of(controls, count), rng),
        shuffled=_compare(_Sums.of(real, count), _Sums.together(shuffled, count), rng),
        key_users=_compare(_Sums.of(own.where(by_key), count), _Sums.of(controls.where(by_key), count), rng),
    )


def _at_most(trials: Trials, rng: np.random.Generator) -> Trials:
    if len(trials) <= _MOST_TRIALS:
        return trials
    return trials.where(np.sort(rng.choice(len(trials), _MOST_TRIALS, replace=False)))


def _dealt(
    history: ParticipationHistory,
    sources: Ints,
    targets: Ints,
    window: float,
    since: float,
    rng: np.random.Generator,
) -> Trials:
    dealt = rng.permutation(targets)
    apart = dealt != sources
    edges = Edges.of(len(history.users), sources[apart], dealt[apart])
    return _at_most(trials_of(history, edges, window, since), rng)


def _with_dealt_times(history: ParticipationHistory, rng: np.random.Generator) -> ParticipationHistory:
    dealt = [replace(one, users=rng.permutation(one.users)) for one in history.campaigns]
    return replace(history, campaigns=dealt)


def _matched(
    history: ParticipationHistory,
    real: Trials,
    window: float,
    sources: Ints,
    targets: Ints,
    rng: np.random.Generator,
) -> tuple[Trials, Trials]:
    """The trials for which a matching waiting user was found, and the same with that user."""
    joined = sources * len(history.users) + targets
    wanted = matching_strata(history, real.target, real.at, window)
    other = np.full(len(real), -1)
    delay = np.full(len(real), np.inf)
    for number, campaign in enumerate(history.campaigns):
        todo = np.flatnonzero(real.campaign == number)
        if not len(todo):
            continue
        waiting, pool = AtRisk(history, campaign), history.could_take_part(campaign)
        for attempt in range(_ROUNDS):
            at = real.at[todo]
            # Every other time among those who were active lately: the very active are few.
            lately = history.activity.drawn(at - 4 * window, at, rng) if attempt % 2 else np.full(len(at), -1)
            users = np.where(lately >= 0, lately, rng.choice(pool, len(todo)))
            key = sources[real.edge[todo]] * len(history.users) + users
            place = np.minimum(np.searchsorted(joined, key), len(joined) - 1)
            fits = waiting.at(users, at) & (joined[place] != key) & (users != sources[real.edge[todo]])
            fits[fits] = matching_strata(history, users[fits], at[fits], window) == wanted[todo][fits]
            other[todo[fits]] = users[fits]
            delay[todo[fits]] = waiting.first[users[fits]] - at[fits]
            todo = todo[~fits]
            if not len(todo):
                break
    found = other >= 0
    controls = replace(real, target=other, success=(delay <= window).astype(float), delay=delay)
    return real.where(found), controls.where(found)


@dataclass(frozen=True)
class _Sums:
    """Successes, expected ones and trials of each campaign."""

    success: Floats
    expected: Floats

    @classmethod
    def of(cls, trials: Trials, campaigns: int) -> "_Sums":
        sums = (np.bincount(trials.campaign, one, campaigns) for one in (trials.success, trials.expected))
        return cls(*(np.asarray(one, dtype=np.float64) for one in sums))

    @classmethod
    def together(cls, draws: list[Trials], campaigns: int) -> "_Sums":
        parts = [cls.of(one, campaigns) for one in draws]
        return cls(np.sum([one.success for one in parts], 0), np.sum([one.expected for one in parts], 0))


def _compare(real: _Sums, other: _Sums, rng: np.random.Generator) -> RiskRatio | None:
    """(successes / expected) of `real` over that of `other`; None where too little happened to tell."""
    campaigns = len(real.success)
    if np.count_nonzero(real.expected) < _FEWEST_CAMPAIGNS:
        return None
    drawn = rng.multinomial(campaigns, np.full(campaigns, 1 / campaigns), _RESAMPLES)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = (drawn @ real.success) * (drawn @ other.expected)
        ratios = ratios / ((drawn @ real.expected) * (drawn @ other.success))
        ratio = real.success.sum() * other.expected.sum() / (real.expected.sum() * other.success.sum())
    ratios = ratios[np.isfinite(ratios)]
    if not np.isfinite(ratio) or len(ratios) < _RESAMPLES / 2:
        return None
    # A large campaign among small ones draws the plain percentiles away from the ratio itself: corrected.
    below = (np.count_nonzero(ratios < ratio) + np.count_nonzero(ratios == ratio) / 2) / len(ratios)
    bias = ndtri(np.clip(below, 1 / _RESAMPLES, 1 - 1 / _RESAMPLES))
    low, high = np.quantile(ratios, ndtr(2 * bias + ndtri([0.025, 0.975])))
    return RiskRatio(float(ratio), float(low), float(high))
