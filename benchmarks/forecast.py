"""Participants per day on the Complete Journey: the combination, its K-LSTM alone, and alternatives.

Every day from July 2017 is an origin for each campaign that has run for a week. The day itself (h=1)
and the seventh (h=7) are scored over all periods. A period is two months: networks, the K-LSTM and the
other learned forecasters have their cut-off on its first day, and statistical models and a Hawkes
process are fitted at every origin. All models receive the same series from January 2017. Point
forecasts are medians of a Poisson distribution with the forecast mean, for every model. MASE divides by
the seasonal-naive error before the campaign. Intervals are by bootstrap over calendar weeks. All is
repeated with a holiday prior for all models, and with parts of the K-LSTM's network removed. `make
bench-forecast` installs the learned forecasters.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
from scipy.stats import poisson

from benchmarks import forecast_peers
from benchmarks.bands import calibration_rows, draw_bands
from benchmarks.hawkes_peer import hawkes
from benchmarks.own_server import own_server
from benchmarks.placebo import permute_within_strata
from benchmarks.report import Row, weekly_row, write
from cli.console import progress_bars
from forecasting.baseline.holiday_priors import holiday_effect
from forecasting.combination.members import MEMBERS
from forecasting.history.history import History
from forecasting.history.read_history import read_history
from forecasting.klstm.forecaster import KLSTM
from forecasting.klstm.trainer import Configuration
from graph.connection import connect
from graph.importing.adapters.complete_journey import complete_journey
from graph.importing.job import import_prepared
from graph.progress import Progress, Silent
from network.build import build_network
from network.participation_history import Floats
from network.tags.text_encoder import TextEncoder

PERIODS = [date(2017, 7, 1), date(2017, 9, 1), date(2017, 11, 1), date(2018, 1, 1)]
HORIZONS = (1, 7)
SEASON = 7
PRIOR = "us-groceries"
_SEEDS, _BOOSTED_SEEDS, _NEURAL_SEEDS, _ABLATION_SEEDS = 5, 3, 1, 1
_OURS, _KLSTM = "Combination", "K-LSTM alone"
_MEAN = "mean of SWA8, AutoETS, AutoTheta"
_TARGETS = {("", 1): 0.97, ("", 7): 0.94, (PRIOR, 1): 0.97, (PRIOR, 7): 0.97}

Ablation = Callable[[History], History]


@dataclass(frozen=True)
class Period:
    """The history at the end of a period, and its origins."""

    history: History
    origins: pd.DatetimeIndex

    @property
    def before(self) -> History:
        """The history at the period's first day."""
        return self.history.before(self.origins[0].date())

    @property
    def campaigns(self) -> pd.DataFrame:
        """The targeted campaigns."""
        return self.history.campaigns[self.history.campaigns["targeted"] > 0]

    def series(self, history: History) -> pd.DataFrame:
        """unique_id, ds and y of `campaigns`."""
        own = history.steps[history.steps["unique_id"].isin(self.campaigns["id"])]
        return own[["unique_id", "ds", "y"]]

    def running(self, origin: pd.Timestamp) -> pd.DataFrame:
        """The series at `origin` of the campaigns that run then."""
        history = self.history.before(origin.date())
        series = self.series(history)
        return series[series["unique_id"].isin(history.campaigns[history.campaigns["ends"] > origin]["id"])]


def klstm_forecasts(
    period: Period, seeds: int, prior: str | None = None, ablate: Ablation = lambda history: history
) -> pd.DataFrame:
    """Mean over seeds of the means of combination and K-LSTM, with the first seed's intervals."""
    history = ablate(period.history)
    parts = []
    for seed in range(seeds):
        model = KLSTM(Configuration(seed=1 + 10 * seed, holidays=prior))
        model.fit(history.before(period.origins[0].date()), Silent())
        parts.append(model.forecasts_at(history, [origin.date() for origin in period.origins], max(HORIZONS)))
    means = pd.concat(parts).groupby(["unique_id", "ds", "cutoff"], as_index=False)[["mean", "KLSTM"]].mean()
    bands = parts[0].drop(columns=["mean", _OURS, *MEMBERS])
    means = means.rename(columns={"mean": _OURS, "KLSTM": _KLSTM})
    return means.merge(bands, on=["unique_id", "ds", "cutoff"])


def without_holidays(series: pd.DataFrame, holidays: str | None) -> pd.DataFrame:
    """A series (unique_id, ds, y) with y divided by the holiday effects of a prior."""
    return series.assign(y=series["y"] / _holiday_factors(series["ds"], holidays))


def with_holidays(forecasts: pd.DataFrame, holidays: str | None) -> pd.DataFrame:
    """Forecasts (unique_id, ds and models) multiplied by the holiday effects of a prior."""
    models = forecasts.columns.difference(["unique_id", "ds", "cutoff"])
    factors = _holiday_factors(forecasts["ds"], holidays)
    return forecasts.assign(**{model: forecasts[model] * factors for model in models})


def _holiday_factors(days: pd.Series, holidays: str | None) -> Floats:
    calendar = pd.date_range(days.min(), days.max())
    return np.exp(holiday_effect(calendar, holidays))[calendar.get_indexer(days)]


def statistical(period: Period, progress: Progress, *, quick: bool, prior: str | None = None) -> pd.DataFrame:
    """Statistical models, fitted at every origin."""
    advance = progress.stage("Statistical forecasters", len(period.origins))
    parts = []
    for origin in period.origins:
        series = without_holidays(period.running(origin), prior)
        if len(series):
            all_models = not (quick or prior)
            forecasts = forecast_peers.statistical(series, max(HORIZONS), all_models=all_models)
            if all_models:
                forecasts = forecasts.merge(hawkes(series, max(HORIZONS)), on=["unique_id", "ds"])
            parts.append(with_holidays(forecasts, prior).assign(cutoff=origin - pd.Timedelta(days=1)))
        advance(1)
    return pd.concat(parts)


def boosted(period: Period, prior: str | None = None) -> pd.DataFrame:
    """Mean over seeds of LightGBM."""
    before = without_holidays(period.series(period.before), prior)
    models = [
        forecast_peers.Boosted(before, period.campaigns, max(HORIZONS), seed)
        for seed in range(_BOOSTED_SEEDS)
    ]
    parts = []
    for origin in period.origins:
        series = without_holidays(period.running(origin), prior)
        if len(series):
            forecasts = pd.concat([model.forecast(series) for model in models])
            forecasts = forecasts.groupby(["unique_id", "ds"], as_index=False).mean()
            parts.append(with_holidays(forecasts, prior).assign(cutoff=origin - pd.Timedelta(days=1)))
    return pd.concat(parts)


def neural(period: Period) -> pd.DataFrame:
    """Mean over seeds of NHITS, LSTM and TFT."""
    series = period.series(period.history)
    forecasts = [
        forecast_peers.neural(series, period.campaigns, period.origins, max(HORIZONS), seed)
        for seed in range(_NEURAL_SEEDS)
    ]
    return pd.concat(forecasts).groupby(["unique_id", "ds", "cutoff"], as_index=False).mean()


def points(forecasts: pd.DataFrame, history: History, models: list[str]) -> pd.DataFrame:
    """The scored rows: h, week, kind, y, scale and each model's forecast."""
    campaigns = history.campaigns.set_index("id")
    since = pd.DatetimeIndex(campaigns.loc[forecasts["unique_id"], "starts"])
    rows = forecasts.assign(h=(forecasts["ds"] - forecasts["cutoff"]).dt.days)
    rows = rows[(rows["h"].isin(HORIZONS)) & (rows["cutoff"] - since >= pd.Timedelta(days=6)).to_numpy()]
    rows = rows.assign(
        week=rows["ds"].dt.strftime("%G-%V"),
        kind=campaigns.loc[rows["unique_id"], "kind"].to_numpy(),
        scale=rows["unique_id"].map(_naive_error(history)),
    )
    rows[_MEAN] = rows[["SWA8", "AutoETS", "AutoTheta"]].mean(axis=1)
    medians = {model: poisson.ppf(0.5, rows[model].clip(lower=0.01)) for model in [*models, _MEAN]}
    return rows.assign(**{f"error {model}": np.abs(median - rows["y"]) for model, median in medians.items()})


def _naive_error(history: History) -> dict[str, float]:
    """Seasonal-naive error of each campaign before it began."""
    errors = {}
    for campaign in history.campaigns.itertuples():
        own = history.steps[history.steps["unique_id"] == campaign.id].set_index("ds")["y"]
        before = own[own.index < campaign.starts]
        errors[campaign.id] = (
            max(float(before.diff(SEASON).abs().mean()), 0.1) if len(before) > SEASON else 1.0
        )
    return errors


def against(rows: pd.DataFrame, prior: str = "") -> list[Row]:
    """MAE and MASE of the combination against every alternative and its own parts, and against the best for
    each campaign type.
    """
    suffix = f", all with the holiday prior ({prior})" if prior else ""
    own = [name for name in (_KLSTM, *ABLATIONS) if f"error {name}" in rows]
    result = []
    for h, part in rows.groupby("h"):
        alternatives = sorted(_alternatives(rows), key=lambda model: part[f"error {model}"].mean())
        best = alternatives[0]
        for model in [*alternatives, *own]:
            for what, scale in (("MAE", 1.0), ("MASE", part["scale"])):
                both = part.assign(a=part[f"error {_OURS}"] / scale, b=part[f"error {model}"] / scale)
                target = _TARGETS[prior, int(h)] if model == best else None
                result.append(weekly_row(f"{what}, h={h}{suffix}", both, model, target))
        for kind, of_kind in part.groupby("kind"):
            both = of_kind.assign(a=of_kind[f"error {_OURS}"], b=of_kind[f"error {best}"])
            result.append(weekly_row(f"MAE, h={h}, {kind}{suffix}", both, best, None))
    return result


def without_graph(history: History) -> History:
    """Remove all influences."""
    return replace(history, edges=history.edges.iloc[:0])


def without_key_users(history: History) -> History:
    """Remove key users and groups."""
    roles, open_roles = (frame.assign(score=0.0, group=None) for frame in (history.roles, history.open_roles))
    return replace(history, roles=roles, open_roles=open_roles)


def placebo(history: History) -> History:
    """Permute the edges among users of similar activity before the network's cut-off."""
    active = history.activity[history.activity["ds"] < pd.Timestamp(history.network.cutoff)]
    users = pd.Index(pd.concat([history.edges["source"], history.edges["target"]]).unique())
    days = active["user"].value_counts().reindex(users, fill_value=0)
    strata = np.frexp(days.to_numpy(float))[1].astype(np.int64)
    shuffled = dict(zip(users, users[permute_within_strata(strata, seed=3)], strict=True))
    edges = history.edges.assign(
        source=history.edges["source"].map(shuffled), target=history.edges["target"].map(shuffled)
    )
    return replace(history, edges=edges)


ABLATIONS = {"no graph": without_graph, "no key users": without_key_users, "placebo graph": placebo}


def read_periods(progress: Progress, *, quick: bool) -> list[Period]:
    """Read each period, with its network."""
    periods = []
    with own_server() as settings, connect(settings) as graph:
        prepared = complete_journey(settings.cache)
        import_prepared(graph, settings, prepared, progress, "stream")
        encoder = TextEncoder.of(settings)
        spans = list(zip(PERIODS[:-1], PERIODS[1:], strict=True))
        for first, after in spans[-1:] if quick else spans:
            dataset = prepared.mapping.dataset
            network = build_network(graph, dataset, progress, cutoff=first, encoder=encoder)
            # What the last origins forecast is known only later.
            until = min(after + timedelta(days=max(HORIZONS) - 1), PERIODS[-1])
            history = read_history(graph, dataset, network, until, progress)
            periods.append(Period(history, pd.date_range(first, after - timedelta(days=1))))
    return periods


def main() -> None:
    """Run and record the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="the last period, fewer alternatives; nothing is written"
    )
    quick = parser.parse_args().quick
    keys = ["unique_id", "ds", "cutoff"]
    plain, with_prior = [], []
    with progress_bars() as progress:
        for period in read_periods(progress, quick=quick):
            seeds = 1 if quick else _SEEDS
            rows = klstm_forecasts(period, seeds).merge(statistical(period, progress, quick=quick), on=keys)
            rows = rows.merge(boosted(period), on=keys)
            if not quick:
                rows = rows.merge(neural(period), on=keys)
            for name, ablate in ABLATIONS.items():
                ablated = klstm_forecasts(period, 1 if quick else _ABLATION_SEEDS, ablate=ablate)
                rows = rows.merge(ablated[[*keys, _OURS]].rename(columns={_OURS: name}), on=keys)
            plain.append(points(rows, period.history, _models(rows)))
            rows = klstm_forecasts(period, seeds, PRIOR)
            rows = rows.merge(statistical(period, progress, quick=quick, prior=PRIOR), on=keys)
            rows = rows.merge(boosted(period, PRIOR), on=keys)
            with_prior.append(points(rows, period.history, _models(rows)))
    first, second = (pd.concat(parts, ignore_index=True) for parts in (plain, with_prior))
    result = against(first) + against(second, PRIOR) + calibration_rows(first)
    for h, part in second.groupby("h"):
        earlier = first[first["h"] == h]
        best = min(_alternatives(earlier), key=lambda model: earlier[f"error {model}"].mean())
        without_prior = earlier[[*keys, f"error {best}"]].set_axis([*keys, "b"], axis=1)
        both = part.assign(a=part[f"error {_OURS}"]).merge(without_prior, on=keys)
        result.append(weekly_row(f"MAE, h={h}, holiday prior for the combination only", both, best, 0.85))
    write("forecast", result, quick=quick)
    if not quick:
        draw_bands(first)


def _models(rows: pd.DataFrame) -> list[str]:
    fixed = {"unique_id", "ds", "cutoff", "y", "dispersion", "level_p10", "level_p50", "level_p90"}
    return [name for name in rows.columns if name not in fixed and "-lo-" not in name and "-hi-" not in name]


def _alternatives(rows: pd.DataFrame) -> list[str]:
    models = [name.removeprefix("error ") for name in rows.columns if name.startswith("error ")]
    return [model for model in models if model not in (_OURS, _KLSTM, *ABLATIONS)]


if __name__ == "__main__":
    main()
