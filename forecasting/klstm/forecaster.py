"""The K-LSTM forecaster: fit, predict, save, load."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from pandas.util import hash_pandas_object

from forecasting.baseline.baseline import Baseline
from forecasting.combination.boosted_trees import BoostedTrees
from forecasting.combination.members import MEMBERS
from forecasting.combination.weights import baseline_alone, combine, equal_weights
from forecasting.history.campaign_users import campaign_users, others_share
from forecasting.history.history import History
from forecasting.history.time_step import DAY, Step
from forecasting.klstm.attributions import Explanation, explain
from forecasting.klstm.batches import Example, collate
from forecasting.klstm.campaign_forecasts import CampaignForecasts
from forecasting.klstm.checkpoint import Checkpoint
from forecasting.klstm.network import KLSTMNetwork
from forecasting.klstm.samples import CampaignFrame, campaign_frames, training_samples
from forecasting.klstm.share_origins import share_origins
from forecasting.klstm.trainer import (
    Configuration,
    baseline_network,
    limited_threads,
    load_network,
    train_network,
)
from forecasting.klstm.training_checkpoint import TrainingCheckpoint
from forecasting.klstm.validation import Validation, member_means, validate
from forecasting.negative_binomial import quantile, with_bands
from forecasting.plans.discounts import Uplift
from forecasting.plans.launch_errors import LaunchErrors
from forecasting.plans.plan_forecast import OutcomeForecast, Total, expected_plan
from forecasting.user_shares.shares import UserShares, step_probabilities
from graph.errors import InvalidRequest, NotReady
from graph.progress import Progress, Silent


class KLSTM:
    """A model of all campaigns of a data set: a baseline, an ensemble of networks that correct it, boosted
    trees, and the shares of users.

    Parameters
    ----------
    configuration
        Hyperparameters.
    dataset, cutoff, network
        The data set, the first day not used in training, and the id of the spreading network; set by `fit`.

    Attributes
    ----------
    is_trained : bool
        Whether there was enough data to train networks; without, forecasts are those of the baseline.
    """

    def __init__(
        self,
        configuration: Configuration | None = None,
        *,
        dataset: str = "",
        cutoff: date | None = None,
        network: str = "",
    ) -> None:
        self.configuration = configuration or Configuration()
        self.dataset, self.cutoff, self.network = dataset, cutoff, network
        self.step: Step = DAY
        self.is_trained = False
        self._members: list[KLSTMNetwork] = []
        self._baseline = Baseline(self.configuration.holidays, np.empty(0))
        self._trees = BoostedTrees.none()
        self._validation = Validation(0, equal_weights(self.step.horizon))
        self._shares = UserShares.usual()
        self._launch_errors = LaunchErrors(np.array([1.0, 0.0]), 1.0)

    @limited_threads()
    def fit(
        self,
        history: History,
        progress: Progress,
        checkpoint: Path | None = None,
    ) -> "KLSTM":
        """Train on every campaign of `history`; where it is too short, forecast the baseline alone.

        Parameters
        ----------
        history
            The training data; days from ``history.as_of`` on are not seen.
        progress
            Receives the stages.
        checkpoint
            File that keeps the progress until the training is complete: the same call after an interruption
            continues from it, with the same result.
        """
        frames = self._fit_baseline(history)
        samples = list(training_samples(frames))
        self.dataset, self.cutoff, self.network = history.dataset, history.as_of, history.network.id
        self.is_trained = bool(samples)
        if not samples:
            self._members = [
                baseline_network(self.configuration, self._launch_errors.dispersion)
                for _ in range(self.configuration.members)
            ]
            self._trees = BoostedTrees.none()
            self._validation = Validation(0, baseline_alone(history.step.horizon))
            return self
        data = [hash_pandas_object(frame).sum() for frame in (history.steps, history.behaviours)]
        saved = TrainingCheckpoint(checkpoint, self.configuration, history.as_of, history.network, data)
        if saved.validation:
            self._validation = saved.validation
        else:
            self._validation = validate(samples, frames, history, self.configuration, progress)
            saved.save(self._validation, [])
        self._trees = BoostedTrees.fit(frames, history.n_steps)
        self._members = self._train_members([sample.example for sample in samples], saved, progress)
        saved.discard()
        return self

    @property
    def weights(self) -> np.ndarray:
        """Weights of ``combination.members.MEMBERS`` at each step ahead, shape (len(MEMBERS), horizon)."""
        return self._validation.weights

    def update(self, history: History) -> "KLSTM":
        """Refit the baseline, the shares of users and the errors at launch; keep the networks and trees.

        Parameters
        ----------
        history
            The new data; its ``as_of`` becomes the cut-off.

        Raises
        ------
        NotReady, InvalidRequest
            As `predict` does.
        """
        self._check(history, 1)
        self._fit_baseline(history)
        self.cutoff = history.as_of
        return self

    def _fit_baseline(self, history: History) -> list[CampaignFrame]:
        self.step = history.step
        self._baseline = Baseline.fit(history, self.configuration.holidays)
        frames = campaign_frames(history, self._baseline)
        self._shares = UserShares.fit(share_origins(frames, history.n_steps))
        self._launch_errors = LaunchErrors.of(history, self._baseline)
        return frames

    def _train_members(
        self, examples: list[Example], saved: TrainingCheckpoint, progress: Progress
    ) -> list[KLSTMNetwork]:
        configuration, epochs = self.configuration, self._validation.epochs
        members = [load_network(configuration, weights) for weights in saved.members]
        untrained = range(len(members), configuration.members)
        stage = f"Training {len(untrained)} networks for {epochs} epochs"
        advance = progress.stage(stage, epochs * len(untrained))
        for number in untrained:
            members.append(
                train_network(examples, configuration, configuration.seed + number, epochs, advance)
            )
            saved.save(self._validation, [member.state_dict() for member in members])
        return members

    def predict(self, history: History, horizon: int) -> pd.DataFrame:
        """Forecast the running campaigns for `horizon` steps from ``history.as_of``, at most to their ends.

        Parameters
        ----------
        history
            The data before the origin.
        horizon
            Number of steps, at most ``Step.horizon``.

        Returns
        -------
        Columns unique_id, ds, mean, participants_p10/p50/p90, level_p10/p50/p90.

        Raises
        ------
        NotReady
            If the model is not fitted.
        InvalidRequest
            If the horizon is too long, the time step of `history` is not the model's, or the origin is before
            the model's cut-off.
        """
        return self.forecast(history, horizon).steps

    def forecast(self, history: History, horizon: int) -> CampaignForecasts:
        """Forecast as `predict` does, with users and neighbour groups. Raises as `predict` does."""
        self._check(history, horizon)
        frames = [frame for frame in campaign_frames(history, self._baseline) if len(frame.y) < frame.end]
        rows = self._forecasts([(frame, len(frame.y)) for frame in frames], history, horizon)
        return CampaignForecasts(history, frames, rows, self._shares)

    def predict_planned(
        self, history: History, campaign: str, uplift: Uplift | None = None
    ) -> OutcomeForecast:
        """Forecast a planned campaign from its launch to its end.

        Parameters
        ----------
        history
            The data before the origin, with the plan among its campaigns.
        campaign
            Id of the plan, which begins at ``history.as_of`` or later.
        uplift
            The effect of a discount on participants; default: no discount.

        Raises
        ------
        NotReady, InvalidRequest
            As `predict` does, and InvalidRequest if the campaign has begun or ends too late.
        """
        self._check(history, 1)
        expected = expected_plan(history, self._baseline, self._launch_errors, campaign)
        dispersion = self._launch_errors.dispersion
        if uplift:
            expected = expected.assign(mean=expected["mean"] * uplift.ratio)
            dispersion += uplift.dispersion
        users = campaign_users(history)[campaign]
        origin = history.n_steps
        others = others_share(history) if campaign in history.open_ids else 0.0
        of_users = expected["mean"].to_numpy(float) * (1 - others)
        by_step = step_probabilities(of_users, self._shares.of(users, origin))
        table = users.table(origin)[["user"]].assign(
            probability=1 - np.prod(1 - by_step, axis=0), days=by_step.sum(axis=0)
        )
        return OutcomeForecast(
            with_bands(expected, dispersion),
            Total.of(float(expected["mean"].sum()), dispersion),
            table.sort_values(["probability", "user"], ascending=[False, True], ignore_index=True),
        )

    @limited_threads()
    def explain(self, forecasts: CampaignForecasts, campaign: str) -> Explanation:
        """Explain the forecast of `campaign` among those that `forecast` returned."""
        return explain(self._members, forecasts, campaign)

    def cross_validation(
        self,
        history: History,
        h: int,
        n_windows: int,
        step_size: int = 1,
        level: Sequence[int] = (80, 95),
        progress: Progress | None = None,
    ) -> pd.DataFrame:
        """Fit before the first of several origins, then forecast the running campaigns from each origin.

        Parameters
        ----------
        history
            Training data and outcomes.
        h
            Steps to forecast.
        n_windows, step_size
            Number of origins, and the steps between them; the last origin is `step_size` steps before
            ``history.as_of``.
        level
            Coverage of the prediction intervals in percent.
        progress
            Receives the stages.

        Returns
        -------
        Columns unique_id, ds, cutoff (the day, or hour, before the origin), y, Combination (the median),
        mean, dispersion (of the negative binomial), Combination-lo-80, Combination-hi-80, ...,
        level_p10/p50/p90, and the mean of each of ``combination.members.MEMBERS``; only steps before
        ``history.as_of``, whose y is known.

        Raises
        ------
        NotReady, InvalidRequest
            As `fit` and `predict` do.
        """
        numbers = (history.n_steps - step_size * window for window in range(n_windows, 0, -1))
        origins = [
            history.step.origin(history.step.start_of(history.first_day, number)) for number in numbers
        ]
        self.fit(history.before(origins[0]), progress or Silent())
        return self.forecasts_at(history, origins, h, level, progress)

    def forecasts_at(
        self,
        history: History,
        origins: Sequence[date],
        h: int,
        level: Sequence[int] = (80, 95),
        progress: Progress | None = None,
    ) -> pd.DataFrame:
        """Forecast from `origins` without refitting; columns and errors as in `cross_validation`."""
        self._check(history.before(min(origins)), h)
        # The inputs of an example precede its origin, even if the frame continues after it, except for the
        # users: a frame has all that its history knows.
        frames = campaign_frames(history, self._baseline)
        reach_grows = history.reach_grows(min(origins))
        running = []
        for origin in origins:
            if reach_grows:
                frames = campaign_frames(history.before(origin), self._baseline)
            number = history.number(origin)
            running += [(frame, number) for frame in frames if frame.start < number < frame.end]
        advance = (progress or Silent()).stage(f"Forecasting from {len(origins)} origins", len(running))
        forecasts = self._forecasts(running, history, h, advance)
        mean, dispersion = (forecasts[name].to_numpy(float) for name in ("mean", "dispersion"))
        tails = {
            f"Combination-{side}-{coverage}": (50 + sign * coverage / 2) / 100
            for coverage in level
            for side, sign in (("lo", -1), ("hi", 1))
        }
        probabilities = {"Combination": 0.5, **tails}
        quantiles = {name: quantile(p, mean, dispersion) for name, p in probabilities.items()}
        actual = history.steps[["unique_id", "ds", "y"]]
        return forecasts.assign(**quantiles).merge(actual, on=["unique_id", "ds"])

    def _forecasts(
        self,
        examples: Sequence[tuple[CampaignFrame, int]],
        history: History,
        horizon: int,
        advance: Callable[[int], None] = lambda _: None,
    ) -> pd.DataFrame:
        """Forecast each frame from its origin, at most to the campaign's end; `advance` is called after each.

        Returns columns unique_id, cutoff, ds, mean, dispersion, level_p10/p50/p90, and those of MEMBERS.
        """
        names = ["unique_id", "cutoff", "ds", "mean", "dispersion", "level_p10", "level_p50", "level_p90"]
        names += MEMBERS
        if not examples:
            return pd.DataFrame({name: [] for name in names})
        outputs = self._predict_examples([frame.sample(origin) for frame, origin in examples])
        forecasts = []
        for row, (frame, origin) in enumerate(examples):
            steps = min(horizon, frame.end - origin)
            days = history.step.range(history.first_day, origin, steps)
            klstm_mean, dispersion, level = (output[row, :steps] for output in outputs)
            members = member_means(frame, origin, klstm_mean, self._trees)
            mean = combine(members, self.weights)
            dispersion = dispersion * self._validation.dispersion_factor
            level = self._validation.calibrate_level(level * (mean / klstm_mean)[:, np.newaxis])
            columns = [
                frame.id,
                days[0] - history.step.resolution,
                days,
                mean,
                dispersion,
                *level.T,
                *members,
            ]
            forecasts.append(pd.DataFrame(dict(zip(names, columns, strict=True))))
            advance(1)
        return pd.concat(forecasts, ignore_index=True)

    def _check(self, history: History, horizon: int) -> None:
        if not self._members or self.cutoff is None:
            raise NotReady("This model has not been trained.", "Train it with `fit`.")
        step = self.step
        if history.step != step:
            raise InvalidRequest(
                f"The model was trained on {step.name}s; this history is in {history.step.name}s.",
                f"Train a model on {history.step.name}s.",
            )
        if not 1 <= horizon <= step.horizon:
            raise InvalidRequest(
                f"The horizon of {horizon} {step.name}s is outside the model's range.",
                f"Choose 1 to {step.horizon} {step.name}s.",
            )
        if history.as_of < self.cutoff:
            raise InvalidRequest(
                f"The origin {history.as_of} is before {self.cutoff}, the end of the model's training data.",
                f"Forecast from {self.cutoff} on, or train with an earlier cut-off.",
            )

    @limited_threads()
    @torch.no_grad()
    def _predict_examples(self, examples: list[Example]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Mean and dispersion, shape (n_examples, horizon), and level, shape (n_examples, horizon, 3)."""
        batch = collate(examples)
        outputs = [member.eval()(batch) for member in self._members]
        # The geometric mean: the members differ by log changes of the baseline.
        mean = torch.stack([output.mean.log() for output in outputs]).mean(dim=0).exp()
        dispersion = torch.stack([output.dispersion for output in outputs]).mean(dim=0)
        level = torch.stack([output.level for output in outputs]).mean(dim=0)
        return mean.double().numpy(), dispersion.double().numpy(), level.double().numpy()

    def save(self, path: Path) -> None:
        """Write a checkpoint of weights and configuration, no code. Raises NotReady before `fit`."""
        if self.cutoff is None:
            raise NotReady("This model has not been trained.", "Train it with `fit`.")
        checkpoint = Checkpoint(
            configuration=self.configuration,
            step=self.step,
            dataset=self.dataset,
            cutoff=self.cutoff,
            network=self.network,
            members=self._members,
            baseline=self._baseline,
            trees=self._trees,
            validation=self._validation,
            shares=self._shares,
            launch_errors=self._launch_errors,
            is_trained=self.is_trained,
        )
        checkpoint.write(path)

    @classmethod
    def load(cls, path: Path) -> "KLSTM":
        """Read a checkpoint. Raises NotReady if `path` is not a checkpoint of this version."""
        saved = Checkpoint.read(path)
        model = cls(saved.configuration, dataset=saved.dataset, cutoff=saved.cutoff, network=saved.network)
        model.step, model._members = saved.step, saved.members
        model._baseline, model._validation, model._shares = saved.baseline, saved.validation, saved.shares
        model._trees, model._launch_errors = saved.trees, saved.launch_errors
        model.is_trained = saved.is_trained
        return model
