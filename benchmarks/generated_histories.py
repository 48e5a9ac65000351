"""Generated shops, as histories: what a data set holds, without a database.

A seeded generator draws how many users and campaigns a shop has, who can take part (everybody, target users,
or both kinds of campaign), how long campaigns run, how many take part, and how regular all of it is:
seasons, trends, bursts of days with many times the usual participants, and gaps in the data.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.history.history import History
from forecasting.history.series import fill_steps
from forecasting.history.time_step import DAY, HOUR, MONTH, WEEK, Step
from network.runs import NetworkRun
from network.statistics import InfluenceTest, RiskRatio

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_FIRST = date(2023, 1, 2)
_LENGTHS = {HOUR: (14 * 24, 42 * 24), DAY: (120, 540), WEEK: (60, 180), MONTH: (36, 84)}
"""Steps of a shop's data: at least, and at most."""
_DURATIONS = {HOUR: (6, 96), DAY: (3, 120), WEEK: (4, 60), MONTH: (3, 40)}
"""Steps of a campaign: at least, and at most."""
_MAX_POINTS = 4_000
"""Steps of all campaigns of a shop together."""
_SPARSE, _DENSE = (0.05, 0.5), (0.5, 40.0)
"""Participants a step in a campaign: at least, and at most."""
_KINDS = ("open", "targeted", "mixed")


@dataclass(frozen=True)
class Shop:
    """A generated shop.

    Attributes
    ----------
    name
        What it is: step, kind, number of campaigns, whether it is sparse, has bursts, has gaps.
    history
        All its data.
    first
        First step that is held out.
    """

    name: str
    history: History
    first: pd.Timestamp


def generate_shop(seed: int) -> Shop:
    """Draw a shop; the same for the same seed."""
    rng = np.random.default_rng([seed, 22])
    step = (DAY, DAY, DAY, HOUR, WEEK, MONTH)[seed % 6]
    kind = _KINDS[rng.integers(3)] if step.has_days and step != HOUR else "open"
    campaigns = int(np.exp(rng.uniform(0, np.log(40.99))))
    is_sparse, has_bursts, has_gaps = rng.random(3) < (0.35, 0.4, 0.25)
    n_steps = int(rng.integers(*_LENGTHS[step]))
    n_users = int(np.exp(rng.uniform(np.log(10), np.log(1000))))
    activity = _activity(rng, step, n_steps, n_users, has_gaps=has_gaps)
    held_out = int(np.clip(n_steps // 4, step.horizon, 3 * step.validation))
    windows = _windows(rng, step, campaigns, n_steps, n_steps - held_out)
    participants = np.exp(rng.uniform(*np.log(_SPARSE if is_sparse else _DENSE)))
    history = _history(rng, step, activity, windows, participants, kind, has_bursts=has_bursts)
    traits = [
        name for name, has in (("sparse", is_sparse), ("bursts", has_bursts), ("gaps", has_gaps)) if has
    ]
    name = f"{step.name}s, {kind}, {campaigns} campaigns, {n_users} users, {n_steps} steps"
    first = step.start_of(_FIRST, n_steps - held_out)
    return Shop(", ".join([name, *traits]), history, first)


def _activity(rng: np.random.Generator, step: Step, n_steps: int, n_users: int, *, has_gaps: bool) -> Bools:
    """Whether each user is active in each step, shape (n_users, n_steps)."""
    calendar = step.range(_FIRST, 0, n_steps)
    season = np.exp(rng.normal(0, 0.25, step.season))[step.season_positions(calendar)]
    if step == HOUR:  # Nights and weekends.
        hours = np.asarray(calendar.hour)
        season = 0.05 + np.exp(-(((hours - rng.uniform(12, 20)) / 4) ** 2))
        season = season * np.where(calendar.day_of_week >= 5, rng.uniform(0.5, 2.0), 1.0)
    trend = np.exp(rng.normal(0, 0.4) * np.linspace(0, 1, n_steps))
    shock = np.exp(_autoregression(rng, n_steps, 0.7, 0.15))
    usual = rng.gamma(1.2, rng.uniform(0.05, 0.4) / 1.2, n_users)
    chance = np.minimum(np.outer(usual, season / season.mean() * trend * shock), 0.95)
    active = rng.random(chance.shape) < chance
    arrives = np.where(rng.random(n_users) < 0.7, 0, rng.integers(0, n_steps, n_users))
    active &= np.arange(n_steps) >= arrives[:, np.newaxis]
    if has_gaps:
        for _ in range(int(rng.integers(1, 5))):
            start = int(rng.integers(0, n_steps))
            active[:, start : start + int(rng.integers(1, max(2, n_steps // 15)))] = False
    return active


def _windows(
    rng: np.random.Generator, step: Step, campaigns: int, n_steps: int, first: int
) -> list[tuple[int, int]]:
    """First step and step after the last of each campaign, one of which runs at `first` and after."""
    shortest, longest = _DURATIONS[step]
    longest = min(longest, max(shortest + 1, _MAX_POINTS // campaigns))
    usual = np.exp(rng.uniform(np.log(shortest), np.log(longest)))
    windows = []
    for number in range(campaigns):
        length = int(np.clip(usual * np.exp(rng.normal(0, 0.4)), shortest, longest))
        start = int(rng.integers(0, n_steps))
        if number % 3 == 0:
            start = max(first - int(rng.integers(1, max(2, length // 2))), 0)
            length = max(length, 2 * step.horizon)
        windows.append((start, start + length))
    return windows


def _history(
    rng: np.random.Generator,
    step: Step,
    active: Bools,
    windows: list[tuple[int, int]],
    participants: float,
    kind: str,
    *,
    has_bursts: bool,
) -> History:
    n_users, n_steps = active.shape
    calendar = step.range(_FIRST, 0, n_steps).rename("ds")
    users = _users(rng, n_users)
    decay, rate = rng.uniform(0, 3), participants / max(float(active.sum(axis=0).mean()), 1.0)
    tables: list[dict[str, pd.DataFrame]] = []
    for number, (start, end) in enumerate(windows):
        is_open = kind == "open" or (kind == "mixed" and number % 2 == 0)
        share = 1.0 if is_open else rng.uniform(0.2, 0.9)
        reached = (rng.random(n_users) < share) | (np.arange(n_users) == 0)
        age = np.clip((np.arange(n_steps) - start) / (end - start), 0, 1)
        change = np.exp(-decay * age + _autoregression(rng, n_steps, 0.8, 0.2) + rng.normal(0, 0.5))
        if has_bursts:
            change *= np.where(rng.random(n_steps) < 0.04, rng.gamma(2.0, 3.0, n_steps), 1.0)
        chance = np.outer(users["likes"].to_numpy() * reached, rate * change)
        buys = active & (rng.random(active.shape) < np.minimum(chance, 0.9))
        launch = step.start_of(_FIRST, start)
        bought = _rows(buys, users, calendar).assign(campaign=f"C{number}")
        part = bought[(bought["ds"] >= launch) & (bought["ds"] < step.start_of(_FIRST, end))]
        counted = part if is_open or step == HOUR else bought[bought["ds"] < step.start_of(_FIRST, end)]
        targets = users.loc[reached, ["user", "score", "group"]].assign(
            campaign=f"C{number}", targeted=launch
        )
        tables.append(
            {
                "part": part,
                "bought": bought.iloc[:0] if is_open or step == HOUR else bought,
                "roles": targets.iloc[:0] if is_open else targets,
                "steps": _steps(counted, part, f"C{number}", launch, calendar[: max(end, 0)]),
                "campaigns": pd.DataFrame(
                    {
                        "id": [f"C{number}"],
                        "name": f"Campaign {number}",
                        "kind": "offer",
                        "starts": launch,
                        "ends": step.start_of(_FIRST, end),
                        "open": is_open,
                        "targeted": int(reached.sum()),
                    }
                ),
            }  # fmt: skip
        )
    of_all = {name: pd.concat([table[name] for table in tables], ignore_index=True) for name in tables[0]}
    activity = _rows(active, users, calendar).assign(value=5.0, by_coupon=False)
    end_of_data = step.start_of(_FIRST, n_steps)
    return History(
        dataset="generated",
        network=no_network(end_of_data.date(), n_users),
        as_of=step.origin(end_of_data),
        first_day=_FIRST,
        steps=of_all["steps"],
        campaigns=of_all["campaigns"],
        roles=of_all["roles"],
        edges=_edges(rng, users),
        participations=of_all["part"].assign(redeemed=False, purchases=1, redemptions=0, weight=1.0),
        bought=of_all["bought"].assign(purchases=1, value=5.0, by_coupon=False),
        activity=activity,
        open_roles=users.loc[users["score"].gt(0) | users["group"].notna(), ["user", "score", "group"]],
        step=step,
        opens_untargeted=kind != "targeted",
        country="DE",
    )


def _users(rng: np.random.Generator, n: int) -> pd.DataFrame:
    """Their ids, how much they like campaigns, and for some a score as key users and a group."""
    group = pd.Series(rng.integers(0, 4, n)).astype(str).radd("g")
    return pd.DataFrame(
        {
            "user": [f"u{number:04}" for number in range(n)],
            "likes": rng.gamma(1.0, 1.0, n),
            "score": np.where(rng.random(n) < 0.05, rng.gamma(1.0, 1.0, n), 0.0),
            "group": group.where(rng.random(n) < 0.3, None),
        }
    )


def _rows(acts: Bools, users: pd.DataFrame, calendar: pd.DatetimeIndex) -> pd.DataFrame:
    """One row per user and step in which the user acts: columns user, ds."""
    user, at = np.nonzero(acts)
    return pd.DataFrame({"user": users["user"].to_numpy()[user], "ds": calendar[at]})


def _steps(
    counted: pd.DataFrame, part: pd.DataFrame, campaign: str, launch: pd.Timestamp, calendar: pd.DatetimeIndex
) -> pd.DataFrame:
    """Rows of ``History.steps``: the users of `counted` are participants, those of `part` have a weight."""
    weight = part["ds"].value_counts()
    counts = pd.DataFrame({"y": counted["ds"].value_counts(), "weight": weight, "level": weight})
    frame = counts.fillna(0.0).assign(purchases=counts["y"]).rename_axis("ds").reset_index()
    return fill_steps(frame, campaign, launch, calendar)


def _edges(rng: np.random.Generator, users: pd.DataFrame) -> pd.DataFrame:
    n = len(users)
    pairs = np.unique(rng.integers(0, n, (min(4 * n, 600), 2)), axis=0)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    source, target = users["user"].to_numpy()[pairs.T]
    return pd.DataFrame(
        {"source": source, "target": target, "probability": rng.uniform(0.02, 0.4, len(pairs))}
    )


def _autoregression(rng: np.random.Generator, n: int, coefficient: float, sd: float) -> Floats:
    noise = rng.normal(0, sd, n)
    values = np.empty(n)
    value = 0.0
    for position in range(n):
        value = coefficient * value + noise[position]
        values[position] = value
    return values


def no_network(cutoff: date, users: int) -> NetworkRun:
    """The record of a network without ties, similarities or key users."""
    none = RiskRatio(1.0, 1.0, 1.0)
    test = InfluenceTest(7, 0, 0, 0.0, none, none, none, none)
    return NetworkRun(
        "network/generated", cutoff, cutoff, "f", users, 0, 0, 0, 0, 0, [1.0], {}, False, None, test
    )
