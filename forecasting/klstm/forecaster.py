"""The K-LSTM forecaster: fit, predict, save, load."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from pandas.util import hash_pandas_object

from forecasting.baseline.baseline import Baseline
from forecasting.history.campaign_users import campaign_users
from forecasting.history.series import History
from forecasting.history.time_step import DAY, Step
from forecasting.klstm.attributions import Explanation, attributions
from forecasting.klstm.batches import Example, collate
from forecasting.klstm.checkpoint import Checkpoint
from forecasting.klstm.network import KLSTMNetwork
from forecasting.klstm.samples import CampaignFrame, campaign_frames, training_samples
from forecasting.klstm.trainer import (
    Configuration,
    best_epochs,
    limited_threads,
    load_network,
    train_network,
)
from forecasting.klstm.training_checkpoint import TrainingCheckpoint
from forecasting.negative_binomial import quantile, with_bands
from forecasting.plans.discounts import Uplift
from forecasting.plans.plan_forecast import OutcomeForecast, Total, expected_plan, launch_dispersion
from forecasting.records import FORECAST_VALUES
from forecasting.user_shares import AHEAD, UserShares, daily_probabilities
from graph.errors import InvalidRequest, NotReady
from graph.progress import Progress, Silent

COLUMNS = ["unique_id", "ds", *FORECAST_VALUES]
USER_COLUMNS = ["unique_id", "user", "group", "key_user", "took_part", "probability", "days"]
GROUP_COLUMNS = [
    "unique_id", "group", "ds", "mean", "participants_p10", "participants_p50", "participants_p90",
]  # fmt: skip


class KLSTM:
    """A model of all campaigns of a data set: a baseline, an ensemble of networks that correct it, and the
    shares of users.

    Parameters
    ----------
    configuration
        Hyperparameters.
    dataset, cutoff, network
        The data set, the first day not used in training, and the id of the spreading network; set by `fit`.
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
        self._members: list[KLSTMNetwork] = []
        self._baseline = Baseline(self.configuration.holidays, np.empty(0))
        self._shares = UserShares.usual()
        self._launch_dispersion = 1.0

    @limited_threads()
    def fit(
        self,
        history: History,
        progress: Progress,
        checkpoint: Path | None = None,
    ) -> "KLSTM":
        """Train on every campaign of `history`.

        Parameters
        ----------
        history
            The training data; days from ``history.as_of`` on are not seen.
        progress
            Receives the stages.
        checkpoint
            File that keeps the progress until the training is complete: the same call after an interruption
            continues from it, with the same result.

        Raises
        ------
        InvalidRequest
            If `history` is too short.
        """
        frames = self._fit_baseline(history)
        step = history.step
        dated = list(training_samples(frames))
        examples = [example for _, example in dated]
        if not examples:
            raise InvalidRequest(
                f"No campaign has {2 * step.lookback} {step.name}s of history before {history.as_of}.",
                "Choose a later cut-off.",
            )
        self.dataset, self.cutoff, self.network = history.dataset, history.as_of, history.network.id
        data = hash_pandas_object(history.steps).sum()
        saved = TrainingCheckpoint(checkpoint, self.configuration, history.as_of, history.network, data)
        if saved.epochs is None:
            saved.save(self._best_epochs(dated, history, progress), [])
        self._members = self._train_members(examples, saved, progress)
        saved.discard()
        return self

    def update(self, history: History) -> "KLSTM":
        """Refit the baseline, the shares of users and the launch dispersion on ``history``, in a second; the
        networks stay as trained. Raises as `predict` does.
        """
        self._check(history, 1)
        self._fit_baseline(history)
        self.cutoff = history.as_of
        return self

    def _fit_baseline(self, history: History) -> list[CampaignFrame]:
        self.step = history.step
        self._baseline = Baseline.fit(history, self.configuration.holidays)
        frames = campaign_frames(history, self._baseline)
        if history.open_to_all:  # Neither the users it reaches nor its launch are known in advance.
            return frames
        self._shares = UserShares.fit((frame.reached, _origins_of_shares(frame)) for frame in frames)
        self._launch_dispersion = launch_dispersion(history, self._baseline)
        return frames

    def _best_epochs(self, dated: list[tuple[int, Example]], history: History, progress: Progress) -> int:
        # The targets of the training examples end before the validation period.
        validation_start = history.known - history.step.unseen
        last = validation_start - history.step.horizon
        training = [example for origin, example in dated if origin < last]
        validation = [example for origin, example in dated if origin >= validation_start]
        stage = f"Training the K-LSTM on {len(dated)} examples before {history.as_of}"
        advance = progress.stage(stage, self.configuration.epochs)
        return best_epochs(training, validation, self.configuration, advance)

    def _train_members(
        self, examples: list[Example], saved: TrainingCheckpoint, progress: Progress
    ) -> list[KLSTMNetwork]:
        configuration, epochs = self.configuration, saved.epochs or 0
        members = [load_network(configuration, weights) for weights in saved.members]
        missing = range(len(members), configuration.members)
        stage = f"Training {len(missing)} networks for {epochs} epochs"
        advance = progress.stage(stage, epochs * len(missing))
        for number in missing:
            members.append(
                train_network(examples, configuration, configuration.seed + number, epochs, advance)
            )
            saved.save(epochs, [member.state_dict() for member in members])
        return members

    def predict(self, history: History, horizon: int) -> pd.DataFrame:
        """Forecast the `horizon` steps from ``history.as_of`` on, at most to each campaign's end.

        Returns unique_id, ds, mean, participants_p10/p50/p90, level_p10/p50/p90. Raises
        InvalidRequest for a horizon longer than the model's (14 days, 3 months), an origin before the
        model's cut-off or with less data before it than is read, a history of other steps, and NotReady for
        a model that was not fitted.
        """
        self._check(history, horizon)
        frames = [frame for frame in campaign_frames(history, self._baseline) if len(frame.y) < frame.end]
        found = self._forecasts([(frame, len(frame.y)) for frame in frames], history, horizon)
        return with_bands(found, found["dispersion"].to_numpy(float))[COLUMNS]

    def predict_users(self, history: History, horizon: int) -> pd.DataFrame:
        """Who takes part on at least one of the `horizon` days from ``history.as_of`` on.

        Returns unique_id, user, group (missing for none), key_user and took_part (so far), probability, and
        days, the expected number of days, whose sum over users is that of `predict`'s means; the likeliest
        of a campaign first. Raises as `predict` does.
        """
        parts = [
            described.assign(
                unique_id=frame.id, probability=1 - np.prod(1 - daily, axis=0), days=daily.sum(axis=0)
            )
            for frame, _, daily, described in self._daily(history, horizon)
        ]
        if not parts:
            return pd.DataFrame(columns=USER_COLUMNS)
        found = pd.concat(parts, ignore_index=True)
        order = ["unique_id", "probability", "user"]
        return found.sort_values(order, ascending=[True, False, True], ignore_index=True)[USER_COLUMNS]

    def predict_planned(
        self, history: History, campaign: str, uplift: Uplift | None = None
    ) -> OutcomeForecast:
        """Forecast a `campaign` of `history` that begins at ``history.as_of`` or later, all of it, and with
        what goes with a discount if one is wished. Raises InvalidRequest where it has begun or ends too late,
        and as `predict` does.
        """
        self._check(history, 1)
        _check_reach(history)
        course = expected_plan(history, self._baseline, campaign)
        dispersion = self._launch_dispersion
        if uplift:
            course = course.assign(mean=course["mean"] * uplift.ratio)
            dispersion += uplift.dispersion
        reached = campaign_users(history)[campaign]
        origin = history.known
        daily = daily_probabilities(course["mean"].to_numpy(float), self._shares.of(reached, origin))
        users = reached.described(origin)[["user"]].assign(
            probability=1 - np.prod(1 - daily, axis=0), days=daily.sum(axis=0)
        )
        return OutcomeForecast(
            with_bands(course, dispersion),
            Total.of(float(course["mean"].sum()), dispersion),
            users.sort_values(["probability", "user"], ascending=[False, True], ignore_index=True),
        )

    def explain(self, history: History, campaign: str, horizon: int) -> Explanation:
        """Why `predict` says of a running `campaign` what it says. Raises as it does."""
        odds_ratios = self._shares.odds_ratios()
        # Where participation means buying the campaign's products, pairs of features coincide.
        duplicates = odds_ratios[["ratio", "low", "high"]].round(3).duplicated()
        groups = self.predict_groups(history, horizon)
        own = groups[groups["unique_id"] == campaign]
        frame = next(one for one in campaign_frames(history, self._baseline) if one.id == campaign)
        origin = len(frame.y)
        days = min(horizon, frame.end - origin)
        by_group = own.groupby("group", dropna=False, as_index=False)["mean"].sum()
        return Explanation(
            expected=float(own["mean"].sum()),
            baseline=float(frame.base[origin, :days].sum()),
            attributions=attributions(self._members, frame.sample(origin), days),
            odds_ratios=odds_ratios[~duplicates].reset_index(drop=True),
            groups=by_group.assign(share=by_group["mean"] / by_group["mean"].sum()),
        )

    def predict_groups(self, history: History, horizon: int) -> pd.DataFrame:
        """The forecast of `predict` by neighbour group: unique_id, group (missing for users of none), ds,
        mean, participants_p10/p50/p90. The means sum to those of `predict`. Raises as it does.
        """
        parts = []
        for frame, found, daily, described in self._daily(history, horizon):
            groups = described["group"].fillna("")
            mean = pd.DataFrame(daily.T, columns=found["ds"]).groupby(groups).sum().rename_axis("group")
            long = mean.melt(var_name="ds", value_name="mean", ignore_index=False).reset_index()
            parts.append(long.merge(found[["ds", "dispersion"]], on="ds").assign(unique_id=frame.id))
        if not parts:
            return pd.DataFrame(columns=GROUP_COLUMNS)
        found = pd.concat(parts, ignore_index=True)
        found = with_bands(found, found["dispersion"].to_numpy(float))
        return found.assign(group=found["group"].where(found["group"] != "", None))[GROUP_COLUMNS]

    def _daily(
        self, history: History, horizon: int
    ) -> Iterator[tuple[CampaignFrame, pd.DataFrame, np.ndarray, pd.DataFrame]]:
        """Of each campaign that runs: its frame, its forecast, each user's probability of each day, and what
        is known of the users.
        """
        self._check(history, horizon)
        _check_reach(history)
        for frame in campaign_frames(history, self._baseline):
            origin = len(frame.y)
            if origin < frame.end:
                found = self._forecasts([(frame, origin)], history, horizon)
                share = self._shares.of(frame.reached, origin)
                daily = daily_probabilities(found["mean"].to_numpy(float), share)
                yield frame, found, daily, frame.reached.described(origin)

    def cross_validation(
        self,
        history: History,
        h: int,
        n_windows: int,
        step_size: int = 1,
        level: Sequence[int] = (80, 95),
        progress: Progress | None = None,
    ) -> pd.DataFrame:
        """Fit to what came before the first of `n_windows` origins, `step_size` steps apart and the last as
        far before ``history.as_of``; then forecast `h` steps from each, of the campaigns that run.

        Returns unique_id, ds, cutoff (the day before the origin), y, KLSTM (the median), mean, dispersion (of
        the negative binomial), KLSTM-lo-80, KLSTM-hi-80, ..., level_p10/p50/p90: the days known by
        ``history.as_of``. Raises as `fit` and `predict` do.
        """
        backs = (history.known - step_size * back for back in range(n_windows, 0, -1))
        origins = [history.step.begins(history.first_day, one).date() for one in backs]
        self.fit(history.before(origins[0]), progress or Silent())
        return self.forecasts_at(history, origins, h, level)

    def forecasts_at(
        self, history: History, origins: Sequence[date], h: int, level: Sequence[int] = (80, 95)
    ) -> pd.DataFrame:
        """What `cross_validation` returns, at any `origins`, by the model as it is fitted."""
        self._check(history.before(min(origins)), h)
        # What an example is made of lies before its origin, wherever the frame ends.
        frames = campaign_frames(history, self._baseline)
        places = [history.number(origin) for origin in origins]
        running = [(one, place) for place in places for one in frames if one.start < place < len(one.y)]
        found = self._forecasts(running, history, h)
        mean, dispersion = (found[name].to_numpy(float) for name in ("mean", "dispersion"))
        tails = {
            f"KLSTM-{side}-{one}": (50 + sign * one / 2) / 100
            for one in level
            for side, sign in (("lo", -1), ("hi", 1))
        }
        probabilities = {"KLSTM": 0.5, **tails}
        found = found.assign(**{name: quantile(one, mean, dispersion) for name, one in probabilities.items()})
        came = history.steps[["unique_id", "ds", "y"]]
        return found.merge(came, on=["unique_id", "ds"])

    def _forecasts(
        self, examples: Sequence[tuple[CampaignFrame, int]], history: History, horizon: int
    ) -> pd.DataFrame:
        """unique_id, cutoff, ds, mean, dispersion, level_p10/p50/p90 of the frames at the origins beside
        them, at most to each campaign's end.
        """
        names = ["unique_id", "cutoff", "ds", "mean", "dispersion", "level_p10", "level_p50", "level_p90"]
        if not examples:
            return pd.DataFrame({name: [] for name in names})
        outputs = self._outputs([frame.sample(origin) for frame, origin in examples])
        parts = []
        for row, (frame, origin) in enumerate(examples):
            steps = min(horizon, frame.end - origin)
            days = history.step.range(history.first_day, origin, steps)
            mean, dispersion, level = (one[row, :steps] for one in outputs)
            part = [frame.id, days[0] - pd.Timedelta(days=1), days, mean, dispersion, *level.T]
            parts.append(pd.DataFrame(dict(zip(names, part, strict=True))))
        return pd.concat(parts, ignore_index=True)

    def _check(self, history: History, horizon: int) -> None:
        if not self._members or self.cutoff is None:
            raise NotReady("This model has not been trained.", "Run `groundswell train`.")
        step = self.step
        if history.step != step:
            raise InvalidRequest(
                f"The model was trained on {step.name}s; these are {history.step.name}s.",
                "Train one on them.",
            )
        if not 1 <= horizon <= step.horizon:
            raise InvalidRequest(
                f"A horizon of {horizon} {step.name}s cannot be forecast.",
                f"Choose 1 to {step.horizon} {step.name}s.",
            )
        if history.as_of < self.cutoff:
            raise InvalidRequest(
                f"The model was trained up to {self.cutoff}; a forecast from {history.as_of} would "
                "have seen its own future.",
                f"Forecast from {self.cutoff} on, or train with an earlier --cutoff.",
            )
        if history.known < step.lookback:
            raise InvalidRequest(
                f"The data begins on {history.first_day}, less than {step.lookback} {step.name}s before "
                f"{history.as_of}.",
                "Forecast from a later day.",
            )

    @limited_threads()
    @torch.no_grad()
    def _outputs(self, examples: list[Example]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Mean and dispersion, shape (n_examples, horizon), and level, shape (n_examples, horizon, 3)."""
        batch = collate(examples)
        outputs = [member.eval()(batch) for member in self._members]
        # The geometric mean: the members differ by log changes of the baseline.
        mean = torch.stack([output.mean.log() for output in outputs]).mean(dim=0).exp()
        dispersion = torch.stack([output.dispersion for output in outputs]).mean(dim=0)
        level = torch.stack([output.level for output in outputs]).mean(dim=0)
        return mean.double().numpy(), dispersion.double().numpy(), level.double().numpy()

    def save(self, path: Path) -> None:
        """Write a checkpoint: weights and configuration, no code. Raises NotReady where none was fitted."""
        if self.cutoff is None:
            raise NotReady("This model has not been trained.", "Run `groundswell train`.")
        made_of = (self.configuration, self.step, self.dataset, self.cutoff, self.network, self._members)
        Checkpoint(*made_of, self._baseline, self._shares, self._launch_dispersion).write(path)

    @classmethod
    def load(cls, path: Path) -> "KLSTM":
        """Raises NotReady where `path` is no checkpoint of this version."""
        made = Checkpoint.read(path)
        model = cls(made.configuration, dataset=made.dataset, cutoff=made.cutoff, network=made.network)
        model._baseline, model._shares, model._launch_dispersion = (
            made.baseline,
            made.shares,
            made.launch_dispersion,
        )
        model.step, model._members = made.step, made.members
        return model


def _check_reach(history: History) -> None:
    if history.open_to_all:
        raise InvalidRequest(
            "Campaigns that are open to all reach nobody in particular.",
            "Ask who comes next: `groundswell who`.",
        )


def _origins_of_shares(frame: CampaignFrame) -> range:
    """Every second day, from four weeks before the launch to the last one whose AHEAD days are known."""
    first = max(DAY.lookback, frame.start - DAY.lookback)
    return range(first, min(frame.end, len(frame.y)) - AHEAD + 1, 2)
