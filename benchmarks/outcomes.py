"""Redeemers, neighbour groups and campaigns before their launch, on the Complete Journey.

Origins and periods are those of ``benchmarks.forecast``. Redeemers: every origin, one and seven days
ahead; the alternatives' series begin with the campaign. Groups: participants of each neighbour group on
every third origin; the alternatives use the group's own series from January 2017. Errors are of the
median of a Poisson distribution with the forecast mean, deviances of the mean itself. Before the
launch: participants and redeemers of whole campaigns, each forecast on its first day in order of time.
The alternatives are the mean of earlier campaigns of the same type, and what the reached users bought
of the campaign's products in the eight weeks before. Intervals are by bootstrap over calendar weeks,
for launches over campaigns.
"""

import argparse
from datetime import timedelta

import numpy as np
import pandas as pd
from scipy.stats import poisson

from benchmarks import forecast_peers
from benchmarks.forecast import HORIZONS, Period, read_periods
from benchmarks.report import Row, ratio_interval, weekly_row, write
from cli.console import progress_bars
from forecasting.baseline.baseline import Baseline
from forecasting.history.history import History
from forecasting.history.time_step import DAY
from forecasting.klstm.forecaster import KLSTM
from forecasting.klstm.trainer import Configuration
from forecasting.plans.launch_errors import LaunchErrors
from forecasting.plans.plan_forecast import expected_plan
from graph.progress import Silent

_SEEDS = 5
_KEYS = ["unique_id", "ds", "cutoff"]
_OURS = "Combination"
_DAY = pd.Timedelta(days=1)
_FIRST_LAUNCH = pd.Timestamp("2017-03-01")
_MIN_MEAN = 0.01


def redeemers(period: Period, seeds: int) -> pd.DataFrame:
    """Means of the combination (over seeds) and the alternatives at every origin: _KEYS, y and a column per
    model.
    """
    history = period.history.redeemers()
    origins = [origin.date() for origin in period.origins]
    parts = []
    for seed in range(seeds):
        model = KLSTM(Configuration(seed=1 + 10 * seed)).fit(history.before(origins[0]), Silent())
        parts.append(model.forecasts_at(history, origins, max(HORIZONS)))
    means = pd.concat(parts).groupby([*_KEYS, "y"], as_index=False)["mean"].mean()
    alternatives = []
    for origin in period.origins:
        series = period.running(origin).merge(history.steps[["unique_id", "ds", "y"]], on=["unique_id", "ds"])
        starts = series["unique_id"].map(history.campaigns.set_index("id")["starts"])
        series = series[series["ds"] >= starts].rename(columns={"y_y": "y"}).drop(columns="y_x")
        long_enough = series.groupby("unique_id")["ds"].transform("size") >= forecast_peers.SEASON
        if long_enough.any():
            forecasts = forecast_peers.statistical(series[long_enough], max(HORIZONS), all_models=True)
            alternatives.append(forecasts.assign(cutoff=origin - _DAY))
    return means.rename(columns={"mean": _OURS}).merge(_without_bands(pd.concat(alternatives)), on=_KEYS)


def groups(period: Period) -> pd.DataFrame:
    """The same for neighbour groups on every third origin; unique_id is the group."""
    model = KLSTM(Configuration()).fit(period.before, Silent())
    observed = _of_groups(period.history)
    model_rows, alternatives = [], []
    for origin in period.origins[::3]:
        history = period.history.before(origin.date())
        forecasts = model.forecast(history, max(HORIZONS)).groups.dropna(subset="group")
        if forecasts.empty:
            continue
        cutoff = origin - _DAY
        model_rows.append(
            forecasts.rename(columns={"mean": _OURS}).assign(unique_id=forecasts["group"], cutoff=cutoff)
        )
        observed_before = observed[(observed["ds"] < origin) & observed["unique_id"].isin(forecasts["group"])]
        alternatives.append(
            forecast_peers.statistical(observed_before, max(HORIZONS), all_models=False).assign(cutoff=cutoff)
        )
    both = pd.concat(model_rows)[[*_KEYS, _OURS]].merge(_without_bands(pd.concat(alternatives)), on=_KEYS)
    return both.merge(observed, on=["unique_id", "ds"])


def _of_groups(history: History) -> pd.DataFrame:
    """unique_id (the group), ds and y: the participants of each group on each day of its campaign."""
    participations = pd.concat([history.prelaunch, history.participations])[["campaign", "user", "ds"]]
    of_groups = participations.merge(history.roles.dropna(subset="group"), on=["campaign", "user"])
    of_groups = of_groups.drop_duplicates(["group", "user", "ds"])
    counts = of_groups.groupby(["group", "ds"]).size().rename("y")
    ends = history.campaigns.set_index("id")["ends"]
    parts = []
    for group, campaign in history.roles.dropna(subset="group").groupby("group")["campaign"].first().items():
        last = min(ends[campaign], pd.Timestamp(history.as_of)) - _DAY
        days = pd.date_range(history.first_day, last, name="ds")
        y = counts.loc[group].reindex(days, fill_value=0.0) if group in counts.index else 0.0
        parts.append(pd.DataFrame({"unique_id": group, "ds": days, "y": np.asarray(y, dtype=float)}))
    return pd.concat(parts, ignore_index=True)


def launches(history: History) -> pd.DataFrame:
    """Whole campaigns: campaign, kind, actual and forecast participants, and a column per alternative."""
    last = pd.Timestamp(history.as_of)
    steps = history.steps.merge(history.campaigns, left_on="unique_id", right_on="id")
    inside = steps[(steps["ds"] >= steps["starts"]) & (steps["ds"] < steps["ends"])]
    totals = inside.groupby("unique_id")["y"].sum()
    # The data begins in the middle of some campaigns.
    whole = history.campaigns[history.campaigns["starts"] >= pd.Timestamp(history.first_day)]
    whole = whole[whole["id"].isin(totals.index)]
    rows = []
    for campaign in history.campaigns[history.campaigns["targeted"] > 0].itertuples():
        earlier = whole[(whole["kind"] == campaign.kind) & (whole["ends"] <= campaign.starts)]
        days = (campaign.ends - campaign.starts).days
        if campaign.starts < _FIRST_LAUNCH or earlier.empty or days > DAY.longest_plan:
            continue
        launch_history = history.before(campaign.starts.date(), planned=campaign.id)
        plan = launch_history.campaigns[launch_history.campaigns["id"] == campaign.id]
        launch_history = launch_history.with_campaigns(plan.assign(ends=min(campaign.ends, last)))
        baseline = Baseline.fit(launch_history, None)
        errors = LaunchErrors.of(launch_history, baseline)
        expected = expected_plan(launch_history, baseline, errors, campaign.id)
        rows.append(
            {
                "campaign": campaign.id,
                "kind": campaign.kind,
                "actual": totals[campaign.id],
                _OURS: expected["mean"].sum(),
                "mean of the campaign type": totals[earlier["id"]].mean(),
                "eight weeks before, continued": _before(launch_history, campaign.id) * len(expected),
            }
        )
    return pd.DataFrame(rows)


def _before(history: History, campaign: str) -> float:
    """Mean of y per day in the eight weeks before the launch."""
    own = history.steps[history.steps["unique_id"] == campaign]
    return float(own.sort_values("ds")["y"].tail(56).mean())


def compare_at_launch(rows: pd.DataFrame, what: str, alternatives: dict[str, float | None]) -> list[Row]:
    """Weighted absolute percentage errors of whole campaigns; `alternatives` maps names to target ratios."""
    total, note = float(rows["actual"].sum()), f"{len(rows)} campaigns"
    errors = np.abs(rows[_OURS] - rows["actual"]).to_numpy()
    result = []
    for alternative, target in alternatives.items():
        references = np.abs(rows[alternative] - rows["actual"]).to_numpy()
        means = float(errors.sum()) / total, float(references.sum()) / total
        interval = ratio_interval(errors, references)
        name = f"before launch, {what}: WAPE"
        result.append(Row(name, *means, alternative, "lower", target, *interval, note))
    return result


def compare(rows: pd.DataFrame, what: str, target: float) -> list[Row]:
    """Errors and deviances at each horizon against every alternative; the best has the target."""
    rows = rows.assign(h=(rows["ds"] - rows["cutoff"]).dt.days, week=rows["ds"].dt.strftime("%G-%V"))
    # The same-weekday mean of eight weeks is unknown in a campaign's first eight weeks.
    complete = rows.columns[rows.notna().all()]
    models = [name for name in complete if name not in {*_KEYS, "y", "h", "week", _OURS}]
    result = []
    for h in HORIZONS:
        part = rows[rows["h"] == h]
        for name, measure in (("MAE", _error), ("Poisson deviance", _deviance)):
            values = measure(part, _OURS)
            alternatives = {model: measure(part, model) for model in models}
            ranking = sorted(alternatives, key=lambda model: alternatives[model].mean())
            for model in ranking:
                both = part.assign(a=values, b=alternatives[model])
                model_target = target if model == ranking[0] else None
                result.append(weekly_row(f"{what}, h={h}: {name}", both, model, model_target))
    return result


def _error(rows: pd.DataFrame, model: str) -> pd.Series:
    return (poisson.ppf(0.5, rows[model].clip(lower=_MIN_MEAN)) - rows["y"]).abs()


def _deviance(rows: pd.DataFrame, model: str) -> pd.Series:
    return deviance(rows["y"], rows[model])


def deviance(observed: pd.Series, predicted: pd.Series) -> pd.Series:
    """Poisson deviance of each mean."""
    mean = predicted.clip(lower=_MIN_MEAN)
    return 2 * (
        np.where(observed > 0, observed * np.log(observed.clip(lower=1) / mean), 0.0) - (observed - mean)
    )


def _without_bands(forecasts: pd.DataFrame) -> pd.DataFrame:
    return forecasts[[name for name in forecasts.columns if "-lo-" not in name and "-hi-" not in name]]


def main() -> None:
    """Run and record the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the last period, one seed; nothing is written")
    quick = parser.parse_args().quick
    redeemed, grouped = [], []
    with progress_bars() as progress:
        periods = read_periods(progress, quick=quick)
        advance = progress.stage("Redeemers and groups", len(periods))
        for period in periods:
            redeemed.append(redeemers(period, 1 if quick else _SEEDS))
            grouped.append(groups(period))
            advance(1)
    # A campaign counts from its seventh day on, as in the benchmark of forecasts.
    starts = periods[-1].history.campaigns.set_index("id")["starts"]
    first = pd.concat(redeemed)
    first = first[first["cutoff"] - first["unique_id"].map(starts) >= timedelta(days=6)]
    rows = compare(first, "redeemers", 0.95) + compare(pd.concat(grouped), "participants of a group", 0.98)
    last = periods[-1].history
    own = {"mean of the campaign type": 0.85, "eight weeks before, continued": None}
    rows += compare_at_launch(launches(last), "participants", own)
    # Nobody redeems before the launch.
    rows += compare_at_launch(launches(last.redeemers()), "redeemers", {"mean of the campaign type": 0.85})
    write("outcomes", rows, quick=quick)


if __name__ == "__main__":
    main()
