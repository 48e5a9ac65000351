"""Who redeems next on the Complete Journey: the K-LSTM's likely users and classifiers without a network.

*At launch*: which reached users redeem any of the campaign's coupons? Campaigns that began before
September 2017 are for training, later ones are predicted on their first day. *Within a week*: each week
from September, which users who have not redeemed yet do so in the next seven days? The classifiers are
trained on every week before the period, and the K-LSTM has its cut-off on its first day
(``benchmarks.forecast``). The measure is average precision over all users and campaigns, with intervals
by bootstrap over households. Also compared are the K-LSTM without the network's features and with those
of a placebo network. *Weekly redeemers*: for each campaign, the sum of the users' probabilities against
the actual number; the alternatives are the campaign's mean so far and the mean of its type in that
week.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from benchmarks.forecast import Ablation, Period, placebo, read_periods, without_graph, without_key_users
from benchmarks.outcomes import deviance
from benchmarks.pictures import reliability
from benchmarks.report import Row, write
from benchmarks.who_peers import Classifiers, Shop
from cli.console import progress_bars
from forecasting.baseline.baseline import Baseline, traffic_of
from forecasting.history.campaign_users import campaign_users
from forecasting.history.history import History
from forecasting.history.time_step import DAY
from forecasting.klstm.forecaster import KLSTM
from forecasting.klstm.trainer import Configuration
from forecasting.plans.launch_errors import LaunchErrors
from forecasting.plans.plan_forecast import expected_plan
from graph.progress import Silent

_SEEDS = 3
_WEEK = 7
_DRAWS = 300
_FIRST_LAUNCH = pd.Timestamp("2017-02-01")
_KEYS = ["unique_id", "user", "origin"]
_CLASSIFIERS, _OURS = "classifiers without a network", "K-LSTM"
_MIN_DAYS = 35
"""Days of data before the first training row of a classifier."""

Variants = dict[str, Ablation]


def _no_network(history: History) -> History:
    return without_key_users(without_graph(history))


VARIANTS: Variants = {_OURS: lambda history: history, "no network": _no_network, "placebo network": placebo}


@dataclass(frozen=True)
class Weeks:
    """The rows of "within a week": the prediction for each user and the outcome."""

    keys: pd.DataFrame
    x: NDArray[np.float64]
    y: NDArray[np.bool_]


def weeks(history: History, shop: Shop, first: int, last: int) -> Weeks:
    """Every seventh day of [first, last) as an origin, for the campaigns that run for two more days."""
    baseline = Baseline.fit(history.before(_day(history, first)) if first > _MIN_DAYS else history, None)
    expected = baseline.expected(history, traffic_of(history, None))
    users_of = campaign_users(history)
    campaigns = history.campaigns[history.campaigns["id"].isin(users_of.keys())]
    keys, x, y = [], [], []
    for origin in range(first, last, _WEEK):
        for _, campaign in campaigns.iterrows():
            users = users_of[campaign["id"]]
            end = (campaign["ends"] - pd.Timestamp(history.first_day)).days
            steps = min(_WEEK, end - origin, last - origin)
            if not (users.start < origin and steps > 1):
                continue
            participants = float(expected[campaign["id"]][origin][:steps].sum())
            x.append(shop.rows(campaign, users, origin, participants))
            y.append(users.took_part.sum_before(origin + steps, steps) > 0)
            key = {"unique_id": campaign["id"], "user": users.ids, "origin": origin}
            keys.append(pd.DataFrame({**key, "at_risk": users.took_part.sum_before(origin) == 0}))
    return Weeks(pd.concat(keys, ignore_index=True), np.vstack(x), np.concatenate(y))


def within_a_week(period: Period, shop: Shop, variants: Variants, seeds: int) -> pd.DataFrame:
    """_KEYS, at_risk, redeemed and a column per model: all users in each week of a period."""
    history = period.history.redeemers()
    first = (period.origins[0].date() - history.first_day).days
    last = (history.as_of - history.first_day).days
    past = history.before(period.origins[0].date())
    training = weeks(past, shop, _MIN_DAYS, first)
    test = weeks(history, shop, first, last)
    rows = test.keys.assign(redeemed=test.y)
    rows[_CLASSIFIERS] = np.mean(
        [Classifiers.fit(training.x, training.y, seed).probability(test.x) for seed in range(seeds)], axis=0
    )
    for name, ablate in variants.items():
        history = ablate(period.history).redeemers()
        forecast = _of_model(history, past.as_of, sorted(set(rows["origin"])), seeds)
        rows = rows.merge(forecast.rename(columns={"probability": name}), on=_KEYS)
    return rows


def _of_model(history: History, fitted: date, origins: list[int], seeds: int) -> pd.DataFrame:
    """_KEYS and probability, the mean over seeds."""
    parts = []
    for seed in range(seeds):
        model = KLSTM(Configuration(seed=1 + 10 * seed)).fit(history.before(fitted), Silent())
        for origin in origins:
            history_then = history.before(_day(history, origin))
            parts.append(model.forecast(history_then, _WEEK).users.assign(origin=origin))
    return pd.concat(parts).groupby(_KEYS, as_index=False)["probability"].mean()


def at_launch(history: History, fitted: date, shop: Shop, variants: Variants, seeds: int) -> pd.DataFrame:
    """unique_id, user, redeemed and a column per model: the users reached by campaigns from `fitted` on."""
    history = history.redeemers()
    training_x, training_y, parts, test_x = [], [], [], []
    models = {
        name: [
            KLSTM(Configuration(seed=1 + 10 * seed)).fit(ablate(history).before(fitted), Silent())
            for seed in range(seeds)
        ]
        for name, ablate in variants.items()
    }
    for launch_history, plan in _launches(history):
        users = campaign_users(launch_history)[plan["id"]]
        origin = (launch_history.as_of - launch_history.first_day).days
        own = history.outcomes[history.outcomes["campaign"] == plan["id"]]
        redeemed = np.isin(users.ids, own["user"])
        baseline = Baseline.fit(launch_history, None)
        errors = LaunchErrors.of(launch_history, baseline)
        expected = expected_plan(launch_history, baseline, errors, plan["id"])["mean"].sum()
        x = shop.rows(plan, users, origin, float(expected))
        if plan["starts"].date() < fitted:
            training_x.append(x)
            training_y.append(redeemed)
            continue
        rows = pd.DataFrame(
            {"unique_id": plan["id"], "user": users.ids, "origin": origin, "redeemed": redeemed}
        )
        for name, ablate in variants.items():
            forecasts = [model.predict_planned(ablate(launch_history), plan["id"]) for model in models[name]]
            rows[name] = np.mean(
                [forecast.users.set_index("user")["probability"].loc[users.ids] for forecast in forecasts],
                axis=0,
            )
        parts.append(rows)
        test_x.append(x)
    x, y = np.vstack(training_x), np.concatenate(training_y)
    predictions = [Classifiers.fit(x, y, seed).probability(np.vstack(test_x)) for seed in range(seeds)]
    return pd.concat(parts, ignore_index=True).assign(**{_CLASSIFIERS: np.mean(predictions, axis=0)})


def _with_network_of(history: History, earlier: History) -> History:
    """`history` with the network of `earlier`, which does not contain later campaigns."""
    since = history.roles[~history.roles["campaign"].isin(earlier.roles["campaign"])]
    roles = pd.concat([earlier.roles, since.assign(score=0.0, group=None)], ignore_index=True)
    return replace(history, network=earlier.network, edges=earlier.edges, roles=roles)


def _launches(history: History) -> Iterator[tuple[History, pd.Series]]:
    """The history on each campaign's first day, including the campaign, and the campaign."""
    until = pd.Timestamp(history.as_of)
    for _, plan in history.campaigns.sort_values("starts").iterrows():
        if plan["targeted"] and plan["starts"] > _FIRST_LAUNCH:
            plan["ends"] = min(plan["ends"], until, plan["starts"] + pd.Timedelta(days=DAY.longest_plan))
            known = history.before(plan["starts"].date(), planned=plan["id"])
            own = known.campaigns[known.campaigns["id"] == plan["id"]]
            yield known.with_campaigns(own.assign(ends=plan["ends"])), plan


def compare(rows: pd.DataFrame, what: str, target: float) -> list[Row]:
    """Average precision of the K-LSTM against the classifiers and its variants."""
    others = [_CLASSIFIERS, *(name for name in VARIANTS if name != _OURS and name in rows)]
    note = f"{len(rows):,} cases, {int(rows['redeemed'].sum())} redeemed"
    result = []
    for other in others:
        value, reference = (
            float(average_precision_score(rows["redeemed"], rows[model])) for model in (_OURS, other)
        )
        other_target = target if other == _CLASSIFIERS else None
        interval = _interval(rows, other)
        result.append(Row(f"{what}: AP", value, reference, other, "higher", other_target, *interval, note))
    value, reference = (
        float(((rows[model] - rows["redeemed"]) ** 2).mean()) for model in (_OURS, _CLASSIFIERS)
    )
    result.append(Row(f"{what}: Brier score", value, reference, _CLASSIFIERS, "lower", note=note))
    return result


def _interval(rows: pd.DataFrame, other: str) -> tuple[float, float]:
    """Interval of the ratio of average precisions, by bootstrap over households."""
    rng = np.random.default_rng(5)
    household = pd.factorize(rows["user"])[0]
    outcomes, scores, references = (rows[column].to_numpy() for column in ("redeemed", _OURS, other))
    ratios = []
    for _ in range(_DRAWS):
        weight = rng.multinomial(household.max() + 1, np.full(household.max() + 1, 1 / (household.max() + 1)))
        weights = weight[household]
        value, reference = (
            average_precision_score(outcomes, score, sample_weight=weights) for score in (scores, references)
        )
        ratios.append(value / reference)
    low, high = np.quantile(ratios, [0.025, 0.975])
    return float(low), float(high)


def weekly_redeemers(rows: pd.DataFrame, history: History) -> list[Row]:
    """Weekly redeemers of each campaign: the sum of probabilities against the actual number."""
    kinds = history.campaigns.set_index("id")["kind"]
    starts = (history.campaigns.set_index("id")["starts"] - pd.Timestamp(history.first_day)).dt.days
    sums = rows.groupby(["unique_id", "origin"], as_index=False)[["redeemed", _OURS, _CLASSIFIERS]].sum()
    sums["week"] = (sums["origin"] - sums["unique_id"].map(starts)) // _WEEK
    sums["kind"] = sums["unique_id"].map(kinds)
    sums = sums.sort_values("origin")
    sums["campaign's mean"] = sums.groupby("unique_id")["redeemed"].transform(
        lambda redeemers: redeemers.shift().expanding().mean()
    )
    complete = sums.dropna()
    result = []
    for name, measure in (("WAPE", _wape), ("Poisson deviance", _deviance)):
        value = measure(complete["redeemed"], complete[_OURS])
        note = f"{len(complete)} campaigns and weeks"
        limit = 0.39 if name == "WAPE" else 1.55
        result.append(Row(f"weekly redeemers: {name}", value, limit, "limit", "lower", 1.0, None, None, note))
        for other in (_CLASSIFIERS, "campaign's mean"):
            reference = measure(complete["redeemed"], complete[other])
            result.append(
                Row(f"weekly redeemers: {name}", value, reference, other, "lower", None, None, None, note)
            )
    return result


def _wape(observed: pd.Series, predicted: pd.Series) -> float:
    return float((observed - predicted).abs().sum() / observed.sum())


def _deviance(observed: pd.Series, predicted: pd.Series) -> float:
    return float(deviance(observed, predicted).mean())


def _day(history: History, step: int) -> date:
    return history.first_day + timedelta(days=step)


def main() -> None:
    """Run and record the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the last period, one seed; nothing is written")
    quick = parser.parse_args().quick
    seeds = 1 if quick else _SEEDS
    with progress_bars() as progress:
        periods = [
            period
            for period in read_periods(progress, quick=quick)
            if period.origins[0] >= pd.Timestamp("2017-09-01")
        ]
        history = periods[-1].history
        shop = Shop(pd.Timestamp(history.first_day), (history.as_of - history.first_day).days)
        advance = progress.stage("Who redeems", len(periods) + 1)
        parts = []
        for period in periods:
            parts.append(within_a_week(period, shop, VARIANTS, seeds))
            advance(1)
        early = _with_network_of(history, periods[0].history)
        launched = at_launch(early, periods[0].origins[0].date(), shop, VARIANTS, seeds)
        advance(1)
    weekly = pd.concat(parts, ignore_index=True)
    at_risk = weekly[weekly["at_risk"]]
    rows = compare(launched, "redeems at all, predicted at launch", 1.0)
    rows += compare(at_risk, "first redemption within a week", 1.0)
    rows += weekly_redeemers(weekly, history)
    write("who", rows, quick=quick)
    if not quick:
        models = [_OURS, _CLASSIFIERS]
        reliability(launched, "redeemed", models, "Redeems at all, predicted at launch", "who-at-launch")
        reliability(at_risk, "redeemed", models, "First redemption within a week", "who-in-a-week")


if __name__ == "__main__":
    main()
