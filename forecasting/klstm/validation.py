"""What the latest steps of the training data decide: epochs, weights of the combination, width of intervals.

They are decided with a network and trees that have not seen these steps. The statistical members and the
baseline are fitted up to each origin.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import nbinom, norm

from forecasting.baseline.baseline import Baseline, traffic_of
from forecasting.combination.boosted_trees import BoostedTrees, Campaign
from forecasting.combination.members import statistical_means
from forecasting.combination.weights import combine, equal_weights, learn_weights
from forecasting.history.history import History
from forecasting.klstm.samples import CampaignFrame, Sample
from forecasting.klstm.trainer import Configuration, stop_early
from forecasting.weights import Weights
from graph.progress import Progress

Floats = NDArray[np.float64]

_EVERY = 3
"""Steps from one origin that is learned from to the next."""
_MAX_ORIGINS = 1_500
"""Origins of campaigns, about: fitting the statistical members to one takes a tenth of a second."""
_DISPERSION_FACTORS = np.geomspace(0.25, 4.0, 33)
_DISPERSION_SD = 0.5
"""Prior standard deviation of the log factor of the dispersion."""
_WIDTH_PRIOR = 20
"""Weight of intervals that are right as they are, in observed levels."""
_INTERVAL = 0.8


@dataclass(frozen=True)
class Validation:
    """What the validation steps decided.

    Attributes
    ----------
    epochs
        Number of epochs.
    weights
        Of the members at each step ahead, shape (len(MEMBERS), horizon).
    dispersion_factor
        By which the network's dispersion is multiplied, so that it fits the combination's mean.
    level_factor
        By which the log distances of P10 and P90 of the influence level from P50 are multiplied, so that 80%
        of the levels lie between them (conformal; Romano, Patterson and Candes, NeurIPS 2019).
    """

    epochs: int
    weights: Floats
    dispersion_factor: float = 1.0
    level_factor: float = 1.0

    def calibrate_level(self, level: Floats) -> Floats:
        """P10, P50 and P90 of the influence level with calibrated distances; shape (..., 3)."""
        median = level[..., 1:2]
        return np.asarray(median * (level / median) ** self.level_factor)

    def tensors(self) -> Weights:
        """The decisions as tensors for a file."""
        return {
            f"validation.{name}": torch.tensor(value, dtype=torch.float64)
            for name, value in asdict(self).items()
        }

    @classmethod
    def of_tensors(cls, tensors: Weights) -> Self:
        """The decisions from a file. Raises KeyError where one is missing."""
        values = {part.name: tensors[f"validation.{part.name}"] for part in fields(cls)}
        return cls(
            int(values["epochs"]),
            values["weights"].numpy(),
            float(values["dispersion_factor"]),
            float(values["level_factor"]),
        )


def validate(
    samples: Sequence[Sample],
    frames: Sequence[CampaignFrame],
    history: History,
    configuration: Configuration,
    progress: Progress,
) -> Validation:
    """Decide with a network and trees that were trained on the steps before the validation period."""
    # The targets of the training examples end before the validation period.
    start, horizon = history.n_steps - history.step.validation, history.step.horizon
    training = [sample.example for sample in samples if sample.origin < start - horizon]
    held_out = [sample for sample in samples if sample.origin >= start]
    validation = [*with_baselines_at_origins(held_out, history, configuration.holidays)]
    stage = f"Training the K-LSTM on {len(samples)} examples before {history.as_of}"
    advance = progress.stage(stage, configuration.epochs)
    epochs, forecasts = stop_early(
        training, [sample.example for sample in validation], configuration, advance
    )
    chosen = [
        row
        for row, sample in enumerate(validation)
        if sample.origin > sample.frame.start and sample.origin % _EVERY == 0
    ]
    chosen = chosen[:: 1 + len(chosen) // _MAX_ORIGINS]
    if forecasts is None or not chosen:
        return Validation(epochs, equal_weights(horizon))
    trees = BoostedTrees.fit(frames, start)
    advance = progress.stage("Learning the weights of the combination", len(chosen))
    means = []
    for row in chosen:
        frame, origin = validation[row].frame, validation[row].origin
        means.append(member_means(frame, origin, forecasts.mean[row], trees))
        advance(1)
    examples = [validation[row].example for row in chosen]
    y, level = (
        np.stack([example[name].double().numpy() for example in examples])
        for name in ("participants", "level")
    )
    known, level_known = (
        np.stack([example[name].numpy() > 0 for example in examples]) for name in ("known", "level_known")
    )
    weights = learn_weights(np.stack(means), y, known)
    mean = combine(np.stack(means), weights)
    levels = forecasts.level[chosen] * (mean / forecasts.mean[chosen])[:, :, np.newaxis]
    return Validation(
        epochs,
        weights,
        _dispersion_factor(y[known], mean[known], forecasts.dispersion[chosen][known], horizon),
        _level_factor(level[level_known], levels[level_known]),
    )


def with_baselines_at_origins(
    samples: Sequence[Sample], history: History, holidays: str | None
) -> Iterator[Sample]:
    """Yield samples, in order of their origins, each with a baseline fitted to the data before its origin.

    Parameters
    ----------
    samples
        Samples of `history`.
    history
        The data.
    holidays
        Name of the declared holiday prior, or None.
    """
    for origin in sorted({sample.origin for sample in samples}):
        known = history.before(history.step.origin(history.step.start_of(history.first_day, origin)))
        expected = Baseline.fit(known, holidays).expected(known, traffic_of(known, holidays))
        for sample in samples:
            if sample.origin != origin:
                continue
            frame = sample.frame
            if frame.id not in expected:  # It had not begun: it only counts for the number of epochs.
                yield sample
                continue
            frame = replace(frame, baseline=expected[frame.id])
            yield Sample(frame, origin, frame.sample(origin))


def member_means(frame: Campaign, origin: int, klstm_mean: Floats, trees: BoostedTrees) -> Floats:
    """The means of all members from `origin` on, where the K-LSTM's is given.

    Returns
    -------
    Shape (len(MEMBERS), len(klstm_mean)); NaN where a member has none.
    """
    ahead = len(klstm_mean)
    statistical = statistical_means(
        frame.y[frame.first_counted : origin],
        frame.traffic.effects.factors(origin)[frame.first_counted :],
        frame.step,
        ahead,
        frame.traffic.effects.season_factors(origin)[frame.first_counted :],
    )
    of_trees = trees.means(frame, origin, ahead)
    return np.vstack([klstm_mean, frame.baseline[origin, :ahead], of_trees, statistical])


def _dispersion_factor(y: Floats, mean: Floats, dispersion: Floats, horizon: int) -> float:
    """The factor of the dispersion with the greatest posterior density."""
    size = 1 / (dispersion * _DISPERSION_FACTORS[:, np.newaxis])
    likelihood = np.asarray(nbinom.logpmf(y, size, size / (size + mean))).sum(axis=1)
    # The steps of one origin share their errors: together they count as one.
    prior = norm.logpdf(np.log(_DISPERSION_FACTORS), scale=_DISPERSION_SD)
    return float(_DISPERSION_FACTORS[np.argmax(likelihood / horizon + prior)])


def _level_factor(level: Floats, quantiles: Floats) -> float:
    """The factor of the intervals' width that lets 80% of the levels lie inside."""
    low, median, high = np.log(quantiles.T)
    distance = np.log(np.maximum(level, np.exp(low) / 2)) - median
    width = np.where(distance > 0, high - median, median - low)
    right = norm.ppf((1 + (np.arange(_WIDTH_PRIOR) + 0.5) / _WIDTH_PRIOR) / 2) / norm.ppf(0.5 + _INTERVAL / 2)
    return float(np.quantile([*(np.abs(distance) / width), *right], _INTERVAL))
