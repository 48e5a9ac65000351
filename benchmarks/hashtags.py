"""Hashtags by hour: campaigns that are open to all, in real time.

The folder has ``participations.parquet`` (user, campaign, at: the first use of a hashtag by a user). Of the
hashtags with at least 100 users, every third hour is an origin, from a hashtag's sixth hour on, where at
least five users came in the last 24 hours. The number of users of the next hour (h=1) and of the sixth
(h=6) are forecast. The product's forecaster and the learned peers learn from the first 60% of the time;
all are tested on the rest, with the same series. Judged by the Poisson deviance of the mean; intervals are
by bootstrap over hashtags.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from lightgbm import LGBMRegressor
from numpy.typing import NDArray
from scipy.special import xlogy

from benchmarks.generated_histories import no_network
from benchmarks.hawkes_peer import hawkes_mean
from benchmarks.report import Row, ratio_interval
from forecasting.history.history import History
from forecasting.history.series import fill_steps
from forecasting.history.time_step import HOUR
from forecasting.klstm.forecaster import KLSTM
from forecasting.klstm.trainer import Configuration
from graph.progress import Progress

Floats = NDArray[np.float64]

_HORIZONS = {1: 0.95, 6: 0.90}
"""Hours ahead, and the ratio to reach against the best peer."""
_MIN_USERS, _MIN_AGE, _MIN_RECENT, _EVERY = 100, 6, 5, 3
_DAY, _TRAINING = 24, 0.6
_LAGS = 24
_MIN_MEAN = 0.01


def hashtag_history(folder: Path) -> History:
    """The data as a history by hour: users are active when they first use any hashtag."""
    rows = pd.read_parquet(folder / "participations.parquet").astype({"user": str, "campaign": str})
    rows = rows.assign(ds=HOUR.floor(rows["at"]))
    sizes = rows.groupby("campaign")["user"].nunique()
    chosen = rows[rows["campaign"].isin(sizes.index[sizes >= _MIN_USERS])]
    participations = chosen.groupby(["campaign", "user"], as_index=False)["ds"].min()
    first, end = rows["ds"].min().date(), rows["ds"].max()
    calendar = HOUR.range(first, 0, HOUR.number(first, end)).rename("ds")
    cutoff = int(_TRAINING * len(calendar))
    starts = participations.groupby("campaign")["ds"].min()
    counts = participations.groupby(["campaign", "ds"]).size().rename("y").reset_index()
    counts = counts.assign(weight=counts["y"], level=counts["y"])
    campaigns = pd.DataFrame(
        {"id": starts.index, "name": starts.index, "kind": "hashtag", "starts": starts.to_numpy(),
         "ends": pd.Timestamp("2200-01-01"), "open": True, "targeted": rows["user"].nunique()}
    )  # fmt: skip
    steps = [fill_steps(part, name, starts[name], calendar) for name, part in counts.groupby("campaign")]
    activity = rows[["user", "ds"]].drop_duplicates().assign(value=0.0, by_coupon=False)
    participations = participations.assign(redeemed=False, purchases=0, redemptions=0, weight=1.0)
    empty = participations.iloc[:0]
    return History(
        dataset="hashtags",
        network=no_network(HOUR.start_of(first, cutoff).date(), rows["user"].nunique()),
        as_of=HOUR.origin(end),
        first_day=first,
        steps=pd.concat(steps, ignore_index=True),
        campaigns=campaigns,
        roles=empty[["campaign", "user"]].assign(targeted=empty["ds"], score=0.0, group=None),
        edges=pd.DataFrame({"source": [], "target": [], "probability": []}).astype(
            {"source": str, "target": str}
        ),
        participations=participations[participations["ds"] < end],
        bought=empty[["campaign", "user", "ds"]].assign(purchases=0, value=0.0, by_coupon=False),
        activity=activity[activity["ds"] < end],
        step=HOUR,
        opens_untargeted=True,
    )


def scored_points(history: History) -> pd.DataFrame:
    """Campaign, number of the origin and of its age, of all scored origins, early ones included."""
    parts = []
    for campaign, rows in history.steps.groupby("unique_id"):
        y = rows["y"].to_numpy(float)
        start = int(np.flatnonzero(y)[0])
        sums = np.concatenate([[0.0], y.cumsum()])
        origins = np.arange(start + _MIN_AGE, len(y) - max(_HORIZONS) + 1, _EVERY)
        recent = sums[origins] - sums[np.maximum(origins - _DAY, 0)]
        origins = origins[recent >= _MIN_RECENT]
        parts.append(pd.DataFrame({"campaign": campaign, "origin": origins, "age": origins - start}))
    return pd.concat(parts, ignore_index=True)


def features(history: History, points: pd.DataFrame, ahead: int) -> tuple[Floats, Floats]:
    """Lags, age, total, traffic and hour of each point, and the outcome `ahead` hours from its origin."""
    wide = history.steps.pivot(index="unique_id", columns="ds", values="y")
    padded = np.pad(wide.to_numpy(float), ((0, 0), (_LAGS, 0)))
    totals = wide.to_numpy(float).cumsum(axis=1)
    traffic = np.bincount(HOUR.numbers(history.first_day, history.activity["ds"]), minlength=wide.shape[1])[
        : wide.shape[1]
    ]
    row, origin = wide.index.get_indexer(points["campaign"]), points["origin"].to_numpy()
    lags = np.stack([padded[row, _LAGS + origin - back] for back in range(1, _LAGS + 1)], axis=1)
    hour = (origin + ahead - 1) % _DAY
    x = np.column_stack(
        [lags, lags[:, :3].mean(axis=1), lags.mean(axis=1), points["age"], totals[row, origin - 1],
         traffic[origin - 1], traffic[np.maximum(origin - _DAY, 0)], hour]
    )  # fmt: skip
    return x.astype(float), wide.to_numpy(float)[row, origin + ahead - 1]


def peers(
    history: History, points: pd.DataFrame, learned: NDArray[np.bool_], ahead: int
) -> dict[str, Floats]:
    """The forecasts of the points that are not `learned`."""
    x, y = features(history, points, ahead)
    tested, lags = ~learned, x[:, :_LAGS]
    hours = (points["origin"].to_numpy() + np.arange(-_LAGS, 0)[:, np.newaxis]).T % _DAY
    target = (points["origin"].to_numpy() + ahead - 1) % _DAY
    profile = _hourly_profile(history, int(points.loc[learned, "origin"].max()))
    # The last 24 hours, each divided by what its hour of the day usually has.
    level = lags[:, ::-1].sum(axis=1) / profile[hours].sum(axis=1)
    model = LGBMRegressor(
        objective="poisson", n_estimators=300, learning_rate=0.03, num_leaves=15, min_child_samples=40,
        subsample=0.8, subsample_freq=1, colsample_bytree=0.7, seed=1, verbosity=-1, n_jobs=1,
    )  # fmt: skip
    forecasts = {
        "last hour": lags[:, 0],
        "mean of 3": lags[:, :3].mean(axis=1),
        "mean of 24 x hour of day": level * profile[target],
        "exponential smoothing, .2": _smoothed(history, points, 0.2),
        "exponential smoothing, .4": _smoothed(history, points, 0.4),
        "mean decay of the others": _mean_decay(lags, y, points["age"].to_numpy(), learned),
        "LightGBM": np.asarray(model.fit(x[learned], y[learned]).predict(x)),
    }
    tested_forecasts = {name: values[tested] for name, values in forecasts.items()}
    series = dict(iter(history.steps.groupby("unique_id")["y"]))
    tested_forecasts["Hawkes process"] = np.array(
        [
            hawkes_mean(_since_start(series[row.campaign], row.origin), ahead, season=_DAY)[ahead - 1]
            for row in points[tested].itertuples()
        ]
    )
    return tested_forecasts


def _since_start(y: pd.Series, origin: int) -> Floats:
    values = y.to_numpy(float)[:origin]
    return values[int(np.flatnonzero(values)[0]) :]


def _hourly_profile(history: History, before: int) -> Floats:
    """Share of participants by hour of the day before a step, with a mean of 1."""
    hours = HOUR.numbers(history.first_day, history.participations["ds"])
    counts = np.bincount(hours[hours < before] % _DAY, minlength=_DAY) + 1.0
    return np.asarray(counts / counts.mean())


def _smoothed(history: History, points: pd.DataFrame, weight: float) -> Floats:
    smoothed = {}
    for campaign, rows in history.steps.groupby("unique_id"):
        y = rows["y"].to_numpy(float)
        level = np.zeros(len(y) + 1)
        for step, count in enumerate(y):
            level[step + 1] = level[step] + weight * (count - level[step])
        smoothed[campaign] = level
    return np.array([smoothed[row.campaign][row.origin] for row in points.itertuples()])


def _mean_decay(lags: Floats, y: Floats, age: NDArray[np.int_], learned: NDArray[np.bool_]) -> Floats:
    """The mean of the last 24 hours, times how much that of others of this age had left."""
    mean = lags.sum(axis=1) / np.minimum(age, _LAGS)
    group = np.digitize(age, (12, 24, 48, 72, 96))
    ratio = [
        (y[learned & (group == number)].sum() + 1) / (mean[learned & (group == number)].sum() + 1)
        for number in range(6)
    ]
    return np.asarray(mean * np.array(ratio)[group])


def own_forecasts(
    history: History, points: pd.DataFrame, cutoff: int, configuration: Configuration, progress: Progress
) -> pd.DataFrame:
    """The means of the combination and of its members at all points from `cutoff` on."""
    first = HOUR.start_of(history.first_day, cutoff)
    model = KLSTM(configuration).fit(history.before(HOUR.origin(first)), progress)
    advance = progress.stage("Forecasting hashtags", points["origin"].nunique())
    parts = []
    for number, at_origin in points.groupby("origin"):
        # Only the campaigns that are scored at this origin.
        steps = history.steps[history.steps["unique_id"].isin(at_origin["campaign"])]
        origin = HOUR.origin(HOUR.start_of(history.first_day, int(number)))
        rows = model.forecasts_at(replace(history, steps=steps), [origin], max(_HORIZONS), (80,))
        ahead = HOUR.numbers(history.first_day, rows["ds"]) - int(number) + 1
        parts.append(rows.assign(origin=number, h=ahead))
        advance(1)
    return pd.concat(parts, ignore_index=True)


def hashtag_rows(
    folder: Path, progress: Progress, configuration: Configuration, share: float = 1.0
) -> list[Row]:
    """The rows of the record: the combination against every peer and its own parts.

    All learn from all hashtags; with a `share` below 1, so many of them are tested.
    """
    history, result = hashtag_history(folder), []
    points = scored_points(history)
    cutoff = int(_TRAINING * history.n_steps)
    tested_ids = history.campaigns["id"].sample(frac=share, random_state=1)
    points = points[(points["origin"] < cutoff) | points["campaign"].isin(tested_ids)]
    own = own_forecasts(history, points[points["origin"] >= cutoff], cutoff, configuration, progress)
    for ahead, target in _HORIZONS.items():
        learned = (points["origin"] + ahead <= cutoff).to_numpy()
        usable = points[learned | (points["origin"] >= cutoff).to_numpy()].reset_index(drop=True)
        learned = (usable["origin"] + ahead <= cutoff).to_numpy()
        others = peers(history, usable, learned, ahead)
        tested = usable[~learned].reset_index(drop=True).assign(**others)
        keys = {"left_on": ["campaign", "origin"], "right_on": ["unique_id", "origin"]}
        both = tested.merge(own[own["h"] == ahead], how="inner", **keys)
        members = ["KLSTM", "Baseline"]
        result += _compare(both, ahead, target, [*others], members)
    return result


def _compare(
    rows: pd.DataFrame, ahead: int, target: float, others: list[str], members: list[str]
) -> list[Row]:
    deviance: Callable[[str], pd.Series] = lambda name: _deviance(rows["y"], rows[name])  # noqa: E731
    losses = {name: deviance(name) for name in ("mean", *others, *members)}
    own = losses.pop("mean")
    ordered = sorted(others, key=lambda name: float(losses[name].mean()))
    result = []
    for name in [*ordered, *members]:
        sums = pd.DataFrame({"a": own, "b": losses[name]}).groupby(rows["campaign"]).sum()
        low, high = ratio_interval(sums["a"].to_numpy(), sums["b"].to_numpy())
        result.append(
            Row(
                f"hashtags, Poisson deviance, h={ahead}",
                float(own.mean()),
                float(losses[name].mean()),
                name,
                "lower",
                target if name == ordered[0] else None,
                low,
                high,
                f"{len(rows):,} points",
            )  # fmt: skip
        )
    return result


def _deviance(y: pd.Series, mean: pd.Series) -> pd.Series:
    mean = mean.clip(lower=_MIN_MEAN)
    return pd.Series(2 * (xlogy(y, y / mean) - (y - mean)), index=y.index)
