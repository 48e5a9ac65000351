"""Forecasts of the users of each kind of behaviour in running campaigns, beside those of participants.

Each kind is forecast on its own by the members of the combination other than the K-LSTM, whose training
takes too long to repeat it for every kind: the baseline, trees, and the statistical members. Their weights
and the dispersion are learned on the latest steps, from origins whose forecasts use earlier data only.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from scipy.stats import nbinom, norm

from forecasting.baseline.baseline import Baseline, traffic_of
from forecasting.behaviours.series import BehaviourSeries, behaviour_series
from forecasting.combination.boosted_trees import BoostedTrees
from forecasting.combination.weights import baseline_alone, combine, learn_weights
from forecasting.history.history import History
from forecasting.klstm.trainer import limited_threads
from forecasting.klstm.validation import member_means
from forecasting.negative_binomial import QUANTILES, quantile
from forecasting.weights import read_networks, write_networks
from graph.errors import NotReady
from graph.progress import Progress
from graph.remedies import Remedy

Floats = NDArray[np.float64]

_FORMAT = "1"
_EVERY = 3
"""Steps from one origin that is learned from to the next."""
_MAX_ORIGINS = 100
"""Origins of campaigns, about: fitting the statistical members to one takes a tenth of a second."""
_DISPERSIONS = np.geomspace(0.005, 4.0, 60)
_USUAL_DISPERSION, _DISPERSION_SD = 0.13, 1.0
"""Prior median of the dispersion, and prior standard deviation of its logarithm."""
_COLUMNS = ["unique_id", "kind", "ds", "mean", *QUANTILES]


@dataclass(frozen=True)
class BehaviourModel:
    """The model of one kind of behaviour.

    Attributes
    ----------
    baseline, trees
        The fitted baseline and trees.
    weights
        Of ``combination.members.MEMBERS`` at each step ahead, shape (len(MEMBERS), horizon); the K-LSTM has
        no forecast, so that its weight goes to the others.
    dispersion
        Of the users around the mean, as a negative binomial.
    """

    baseline: Baseline
    trees: BoostedTrees
    weights: Floats
    dispersion: float

    def means(self, series: BehaviourSeries, horizon: int) -> Floats:
        """Expected users from the end of a `series` on, shape (horizon,)."""
        return combine(_member_means(series, self.trees, horizon), self.weights)


class BehaviourForecaster:
    """The models of all kinds of behaviours of a data set that have enough data.

    Attributes
    ----------
    models
        By kind, in the funnel's order.
    """

    def __init__(self, models: Mapping[str, BehaviourModel]) -> None:
        self.models = dict(models)

    @classmethod
    @limited_threads()
    def fit(cls, history: History, holidays: str | None, progress: Progress) -> Self:
        """Learn from every campaign of `history`; a kind without held-out steps is forecast by the baseline.

        Parameters
        ----------
        history
            The training data.
        holidays
            Name of a declared holiday prior (``holiday_priors``), or None.
        progress
            Receives the stage.
        """
        kinds = history.forecast_kinds
        if not kinds:
            return cls({})
        origins = _held_out_origins(history)
        advance = progress.stage("Learning to forecast behaviours by kind", len(origins) + 1)
        traffic = traffic_of(history, holidays)
        baselines = {kind: Baseline.fit(history.of_kind(kind), holidays, traffic) for kind in kinds}
        series = {kind: behaviour_series(history.of_kind(kind), baselines[kind], traffic) for kind in kinds}
        advance(1)
        held_out: dict[str, list[tuple[Floats, Floats]]] = {kind: [] for kind in kinds}
        early_trees = {kind: BoostedTrees.fit(series[kind], min(origins, default=0)) for kind in kinds}
        for origin in origins:
            for kind, means, y in _forecasts_at(history, origin, holidays, series, early_trees):
                held_out[kind].append((means, y))
            advance(1)
        models = {}
        for kind in kinds:
            trees = BoostedTrees.fit(series[kind], history.n_steps)
            weights, dispersion = _learn(held_out[kind], history.step.horizon)
            models[kind] = BehaviourModel(baselines[kind], trees, weights, dispersion)
        return cls(models)

    def predict(self, history: History, horizon: int) -> pd.DataFrame:
        """Forecast the running campaigns for `horizon` steps from ``history.as_of``, at most to their ends.

        Returns
        -------
        Columns unique_id, kind, ds, mean, p10, p50, p90, in the order of `models`; of each campaign, only the
        kinds that users have shown in it so far.
        """
        parts = []
        for kind, model in self.models.items():
            of_kind = history.of_kind(kind)
            traffic = traffic_of(of_kind, model.baseline.holidays)
            for series in behaviour_series(of_kind, model.baseline, traffic):
                if series.can_be_forecast:
                    ahead = min(horizon, series.end - len(series.y))
                    mean = model.means(series, ahead)
                    bands = {name: quantile(p, mean, model.dispersion) for name, p in QUANTILES.items()}
                    days = history.step.range(history.first_day, len(series.y), ahead)
                    columns = {"unique_id": series.id, "kind": kind, "ds": days, "mean": mean, **bands}
                    parts.append(pd.DataFrame(columns))
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=_COLUMNS)

    def save(self, path: Path) -> None:
        """Write a checkpoint of numbers, no code; without models, remove that of an earlier training."""
        if not self.models:
            path.unlink(missing_ok=True)
            return
        holidays = {model.baseline.holidays for model in self.models.values()}
        header = {
            "format": _FORMAT,
            "kinds": json.dumps([*self.models]),
            "holidays": json.dumps(holidays.pop()),
        }
        networks = [
            {
                "rate_weights": torch.from_numpy(model.baseline.weights),
                "weights": torch.from_numpy(model.weights),
                "dispersion": torch.tensor(model.dispersion, dtype=torch.float64),
                **model.trees.tensors(),
            }
            for model in self.models.values()
        ]
        write_networks(path, networks, header)

    @classmethod
    def load(cls, path: Path, dataset: str) -> Self:
        """Read a checkpoint of a data set. Raises NotReady if `path` is not one of this version."""
        try:
            header, parts, _ = read_networks(path)
            if header["format"] != _FORMAT:
                raise ValueError("another format")
            holidays, kinds = json.loads(header["holidays"]), json.loads(header["kinds"])
            models = {
                kind: BehaviourModel(
                    Baseline(holidays, part["rate_weights"].numpy()),
                    BoostedTrees.of_tensors(part),
                    part["weights"].numpy(),
                    float(part["dispersion"]),
                )
                for kind, part in zip(kinds, parts, strict=True)
            }
            return cls(models)
        except (OSError, SafetensorError, KeyError, ValueError) as error:
            raise NotReady(
                f"{path.name} is not a checkpoint of this version.",
                Remedy("Train again", "train model", retrain=True, dataset=dataset),
            ) from error


def _held_out_origins(history: History) -> list[int]:
    """The steps of the validation period to forecast from: of those that training can begin with."""
    first = max(history.n_steps - history.step.validation, 2 * history.step.lookback)
    return [origin for origin in range(first, history.n_steps) if origin % _EVERY == 0]


def _forecasts_at(
    history: History,
    origin: int,
    holidays: str | None,
    series: Mapping[str, list[BehaviourSeries]],
    trees: Mapping[str, BoostedTrees],
) -> Iterator[tuple[str, Floats, Floats]]:
    """Yield the kind, the members' means, and what came (NaN if unknown), of running campaigns.

    The forecasts use the data before `origin`, but for the trees, whose data ends before all such origins.
    """
    known = history.before(history.step.origin(history.step.start_of(history.first_day, origin)))
    traffic = traffic_of(known, holidays)
    horizon, n_origins = history.step.horizon, len(_held_out_origins(history))
    for kind in series:
        of_kind = known.of_kind(kind)
        earlier = behaviour_series(of_kind, Baseline.fit(of_kind, holidays, traffic), traffic)
        later = {part.id: part for part in series[kind]}
        running = [part for part in earlier if part.can_be_forecast and part.id in later]
        for part in running[:: 1 + len(running) * n_origins // _MAX_ORIGINS]:
            y = later[part.id].y[origin : origin + horizon]
            yield (
                kind,
                _member_means(part, trees[kind], horizon),
                np.pad(y, (0, horizon - len(y)), constant_values=np.nan),
            )


def _member_means(series: BehaviourSeries, trees: BoostedTrees, horizon: int) -> Floats:
    """The means of the members from the end of a `series` on; NaN for the K-LSTM, which is none of them."""
    return member_means(series, len(series.y), np.full(horizon, np.nan), trees)


def _learn(held_out: list[tuple[Floats, Floats]], horizon: int) -> tuple[Floats, float]:
    """The weights of the members, and the dispersion with the greatest posterior density."""
    if not held_out:
        return baseline_alone(horizon), _USUAL_DISPERSION
    means, y = (np.stack(parts) for parts in zip(*held_out, strict=True))
    known = np.isfinite(y)
    weights = learn_weights(means, np.nan_to_num(y), known)
    size = 1 / _DISPERSIONS[:, np.newaxis]
    mean = combine(means, weights)[known]
    likelihood = np.asarray(nbinom.logpmf(y[known], size, size / (size + mean))).sum(axis=1)
    # The steps of one origin share their errors: together they count as one.
    prior = norm.logpdf(np.log(_DISPERSIONS / _USUAL_DISPERSION), scale=_DISPERSION_SD)
    return weights, float(_DISPERSIONS[np.argmax(likelihood / horizon + prior)])
