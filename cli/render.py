"""Prints networks, models, campaigns and forecasts as tables and sentences."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from rich.table import Table

from api.schemas.campaigns import Campaign
from api.schemas.forecasts import Forecast, LikelyUser
from api.schemas.models import Comparison, Model
from api.schemas.networks import Network
from cli.console import out
from forecasting.evaluation.periods import PERIODS
from network.verdict import Verdict

if TYPE_CHECKING:
    import pandas as pd

    from api.page.step_words import StepWords
    from forecasting.next_users.job import NextUsersRun

_STEP_COLUMN = {"hour": "hour", "day": "day", "week": "week from", "month": "month from"}


def show_campaigns(campaigns: list[Campaign]) -> None:
    """Print the campaigns of a data set, with the numbers of users who took part and who were targeted."""
    table = Table(show_edge=False)
    for column in ("id", "name", "kind", "state", "first day", "last day"):
        table.add_column(column, no_wrap=True)
    for column in ("took part", "targeted"):
        table.add_column(column, overflow="fold")
    for campaign in campaigns:
        table.add_row(
            campaign.id,
            campaign.name,
            campaign.kind or "",
            campaign.state,
            str(campaign.starts),
            str(campaign.ends),
            f"{campaign.participants:,}",
            f"{campaign.targeted:,}" if campaign.targeted else "all users",
        )
    out.print(table)


def show_network(network: Network) -> None:
    """Print a network's size, its similarity of users, and the result of the influence test."""
    updated = f" (built for {network.built}, updated since)" if network.built < network.cutoff else ""
    out.print(
        f"Spreading network with cut-off {network.cutoff}{updated}: {network.users:,} users, "
        f"{network.influences:,} influences, {network.key_users:,} key users and {network.groups:,} "
        "neighbour groups over all campaigns."
    )
    if not network.influences:
        out.print(
            "The network is empty: no ties between users, no tags, and no user who took part with others. "
            "Forecasts then rest on users and campaigns alone."
        )
    out.print(_describe_similarity(network))
    test = network.influence_test
    out.print(f"{describe_verdict(test.verdict)} {test.summary}", highlight=False)


def describe_verdict(verdict: Verdict) -> str:
    """State in a sentence whether the data supports influence between users."""
    if verdict == "not tested":
        return "Influence between users could not be tested: there is too little data."
    strength = "weakly supported" if verdict == "weak" else verdict
    return f"Influence between users is {strength} by this data."


def show_model(model: Model) -> None:
    """Print a model's back-test and cut-off, and what its forecasts rest on."""
    if model.back_test:
        show_comparison(model.back_test)
    else:
        out.print(
            f"There is no back-test, which needs {PERIODS[model.step].min_days} days of data and a "
            f"campaign that runs on the last {PERIODS[model.step].days}: how far off forecasts are is not "
            "known."
        )
    if model.is_trained:
        out.print(f"The model was trained on all data before {model.cutoff}, in {model.step}s.")
    else:
        out.print(
            "There is too little data to train the K-LSTM: forecasts rest on traffic and the usual rate of "
            f"campaigns before {model.cutoff}."
        )


def english_words(step: str) -> "StepWords":
    """Return the words for the time step of a name."""
    # Not at the top: translations import babel, which commands that show no forecast need not wait for.
    from api.page.i18n import ENGLISH
    from api.page.step_words import step_words

    return step_words(ENGLISH, step)


def show_comparison(comparison: Comparison) -> None:
    """Print the errors of the forecasters in a back-test, and what they mean."""
    words = english_words(comparison.step)
    title = (
        f"Back-test: {comparison.points} forecasts of {comparison.step}s from {comparison.since}, up to "
        f"{comparison.horizon} {comparison.step}s ahead"
    )
    table = Table("model", "weight", "MAE", "MASE", title=title)
    for number, row in enumerate(comparison.participants):
        weight = "" if number == 0 or row.weight is None else f"{row.weight:.0%}"
        table.add_row(row.model, weight, f"{row.mae:.2f}", "" if row.mase is None else f"{row.mase:.3f}")
    out.print(table)
    if comparison.redeemers is not None:
        errors = ", ".join(f"{row.model} {row.mae:.2f}" for row in comparison.redeemers)
        out.print(f"MAE of redeemers: {errors}.", highlight=False)
    out.print(
        f"Smaller is better. MAE: mean absolute error, in participants {words.per}. MASE: MAE divided by the "
        f"error of repeating {words.season}, measured before the test period; campaigns that had not run for "
        "so long are left out of it."
    )
    out.print(comparison.verdict.summary, highlight=False)
    if comparison.holidays:
        out.print(
            f"All models were given the holiday prior {comparison.holidays}, which is estimated from other "
            "years."
        )


def show_forecast(forecast: Forecast) -> None:
    """Print a forecast, one row per step."""
    outcomes = {"participants": "participants", "redeemers": "redeemers", "level": "influence level"}
    steps = [step.model_dump() for step in forecast.steps]
    outcomes = {
        outcome: label
        for outcome, label in outcomes.items()
        if steps and steps[0][f"{outcome}_p50"] is not None
    }
    title = f"Campaign {forecast.campaign}, forecast from {_moment(forecast.origin)}: P50 (P10 to P90)"
    kinds = [*forecast.steps[0].behaviours] if forecast.steps else []
    table = Table(_STEP_COLUMN[forecast.unit], *outcomes.values(), *kinds, title=title)
    for step in steps:
        bands = [{name: step[f"{outcome}_{name}"] for name in ("p50", "p10", "p90")} for outcome in outcomes]
        cells = [
            f"{band['p50']:.0f} ({band['p10']:.0f} to {band['p90']:.0f})"
            for band in [*bands, *(step["behaviours"][kind] for kind in kinds)]
        ]
        clock = " %H:%M" if forecast.unit == "hour" else ""
        table.add_row(f"{step['step']:%a %d %b %Y{clock}}", *cells)
    out.print(table)
    if kinds:
        out.print(
            f"{', '.join(kinds)}: users with such a behaviour in the {forecast.unit}, of what belongs to the "
            "campaign as in `groundswell funnel`. Each is forecast on its own, without the K-LSTM, and no "
            "back-test measures its errors; one stage is not shown to lead to the next.",
            highlight=False,
        )


def _moment(moment: date) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if isinstance(moment, datetime) else str(moment)


def show_likely_users(users: list[LikelyUser], forecast: Forecast) -> None:
    """Print the users who are likely to take part, and the participants expected from each group."""
    horizon = len(forecast.steps)
    title = f"Likely to take part within {horizon} {forecast.unit}s from {_moment(forecast.origin)}"
    has_redemptions = any(user.redeems is not None for user in users)
    redeems = ["redeems"] if has_redemptions else []
    columns = [
        "rank",
        "user",
        "probability",
        f"expected {forecast.unit}s",
        "so far",
        *redeems,
        "group",
        "key user",
    ]
    table = Table(*columns, title=title)
    for user in users:
        cells = [
            str(user.rank),
            user.user,
            f"{user.probability:.1%}",
            f"{user.days:.1f}",
            "took part" if user.took_part else "not yet",
        ]
        if has_redemptions:
            cells.append("" if user.redeems is None else f"{user.redeems:.1%}")
        table.add_row(*cells, str(user.group or ""), "yes" if user.key_user else "")
    out.print(table)
    if forecast.others_share:
        out.print(
            f"About {forecast.others_share:.0%} of the participants are expected to be users who are not "
            "listed, such as new ones.",
            highlight=False,
        )
    if not forecast.groups:
        return
    per_step = f"participants {english_words(forecast.unit).per}"
    table = Table(
        "group", "users", per_step, f"P10 to P90 of a {forecast.unit}", "distinguished by", title="By group"
    )
    for group in forecast.groups:
        mean, low, high = (sum(series) / horizon for series in (group.mean, group.p10, group.p90))
        interval = f"{low:.1f} to {high:.1f}"
        table.add_row(str(group.rank), f"{group.size:,}", f"{mean:.1f}", interval, group.name)
    out.print(table)


def show_next_users(users: "pd.DataFrame", run: "NextUsersRun", origin: date) -> None:
    """Print who is likely to take part next."""
    table = Table(
        "rank", "user", "probability", "campaigns so far", title=f"Likely to take part next, from {origin} on"
    )
    for row in users.itertuples():
        table.add_row(str(row.rank), str(row.user), f"{row.probability:.1%}", str(row.campaigns))
    out.print(table)
    show_ranking(run)


def show_ranking(run: "NextUsersRun") -> None:
    """Print how often the next participant was among the first ten in a back-test."""
    shares = ", ".join(f"{name} {share:.1%}" for name, share in zip(run.names, run.hits, strict=True))
    out.print(
        f"Back-test from {run.backtest_from}: how often the next participant was among the first ten of "
        f"{run.users:,} ranked users (hits@10, {run.positions:,} rankings): {shares}.",
        highlight=False,
    )


def _describe_similarity(network: Network) -> str:
    validation = network.similarity_validation
    if validation is None:
        return "User similarity comes from tag texts: too few users took part together to learn from."
    basis = "is learned" if network.similarity_learned else "comes from tag texts"
    learned, text = validation.learned_auc, validation.text_auc
    return (
        f"User similarity {basis}. Given two users who took part together and two comparable ones who did "
        f"not, the former are more similar in {learned:.0%} of cases by learned similarity and in {text:.0%} "
        f"by tag texts ({validation.campaigns} campaigns; 50% is chance)."
    )
