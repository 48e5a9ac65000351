"""Networks, models and forecasts as a terminal shows them: what the API tells, in tables and sentences."""

from datetime import date
from typing import TYPE_CHECKING

import pandas as pd
from rich.table import Table

from api.schemas import forecasts, resources
from cli.console import out

if TYPE_CHECKING:  # It imports torch.
    from forecasting.next_users.job import NextUsersRun


def show_network(told: resources.Network) -> None:
    """What a network build found."""
    since = f" (built as of {told.built}, updated since)" if told.built < told.cutoff else ""
    out.print(
        f"Spreading network as of {told.cutoff}{since}: {told.users:,} users, {told.influences:,} "
        f"influences, {told.key_users:,} key users and {told.groups:,} neighbour groups over all campaigns."
    )
    out.print(_similarity_said(told))
    said = f"{told.influence_test.verdict.capitalize()}. {told.influence_test.summary}"
    out.print(f"Do users follow each other here? {said}", highlight=False)


def show_model(told: forecasts.Model) -> None:
    """How a model did before it was kept."""
    show_comparison(told.back_test)
    out.print(f"Trained up to {told.cutoff}.")


def show_comparison(told: forecasts.Comparison) -> None:
    """The honest comparison."""
    title = f"Back-test: {told.points} points from {told.since}, {told.horizon} days ahead"
    table = Table("model", "MAE", "MASE", title=title)
    for row in told.participants:
        table.add_row(row.model, f"{row.mae:.2f}", f"{row.mase:.3f}")
    out.print(table)
    if told.redeemers is not None:
        said = ", ".join(f"{row.model} {row.mae:.2f}" for row in told.redeemers)
        out.print(f"MAE of redeemers: {said}.", highlight=False)
    out.print(
        "Smaller is better. MAE: mean error in participants a day. MASE: that error relative to repeating "
        "the week before, as measured before the test."
    )
    out.print(
        f"Of the days, {told.covered_80:.0%} lay between the K-LSTM's P10 and P90 of participants and "
        f"{told.level_covered_80:.0%} between those of the influence level (80% should)."
    )
    if told.holidays:
        out.print(f"All of them were told beforehand what holidays do: {told.holidays}, from other years.")


def show_forecast(told: forecasts.Forecast) -> None:
    """The forecast as a table."""
    kinds = {"participants": "participants", "redeemers": "redeemers", "level": "influence level"}
    steps = [step.model_dump() for step in told.steps]
    kinds = {kind: name for kind, name in kinds.items() if steps and steps[0][f"{kind}_p50"] is not None}
    title = f"Campaign {told.campaign}, forecast from {told.origin}: P50 (P10 to P90)"
    table = Table("day", *kinds.values(), title=title)
    for row in steps:
        cells = [
            f"{row[f'{one}_p50']:.0f} ({row[f'{one}_p10']:.0f} to {row[f'{one}_p90']:.0f})" for one in kinds
        ]
        table.add_row(f"{row['step']:%a %d %b %Y}", *cells)
    out.print(table)


def show_likely(rows: list[forecasts.LikelyUser], forecast: forecasts.Forecast) -> None:
    """The likely users `rows` and the groups that a forecast expects."""
    days = len(forecast.steps)
    title = f"Likely to take part within {days} days from {forecast.origin}"
    table = Table(
        "rank", "user", "probability", "days", "so far", "redeems", "group", "key user", title=title
    )
    for row in rows:
        table.add_row(
            str(row.rank),
            row.user,
            f"{row.probability:.1%}",
            f"{row.days:.1f}",
            "took part" if row.took_part else "not yet",
            "" if row.redeems is None else f"{row.redeems:.1%}",
            str(row.group or ""),
            "yes" if row.key_user else "",
        )
    out.print(table)
    if not forecast.groups:
        return
    table = Table("group", "users", "participants a day", "P10 to P90", "set apart by", title="By group")
    for group in forecast.groups:
        mean, low, high = (sum(one) / days for one in (group.mean, group.p10, group.p90))
        between = f"{low:.1f} to {high:.1f}"
        table.add_row(str(group.rank), f"{group.size:,}", f"{mean:.1f}", between, group.name)
    out.print(table)


def show_next(rows: pd.DataFrame, run: "NextUsersRun", origin: date) -> None:
    """Who is likely to be the very next."""
    table = Table(
        "rank", "user", "probability", "campaigns so far", title=f"Likely to be next from {origin} on"
    )
    for row in rows.itertuples():
        table.add_row(str(row.rank), str(row.user), f"{row.probability:.1%}", str(row.campaigns))
    out.print(table)
    show_ranking(run)


def show_ranking(run: "NextUsersRun") -> None:
    """How well who comes next was told before the model was kept."""
    told = ", ".join(f"{name} {share:.1%}" for name, share in zip(run.names, run.hits, strict=True))
    out.print(
        f"Back-test from {run.backtest_from}: who came next was among the first ten of {run.users:,} users "
        f"so often: {told} ({run.positions:,} times asked).",
        highlight=False,
    )


def _similarity_said(told: resources.Network) -> str:
    """What similarity of users is made of, and how far it can be trusted."""
    seen = told.similarity_validation
    if seen is None:
        return "Similar users by the texts of their tags: too few took part together to learn from."
    used = "learned similarity" if told.similarity_learned else "the texts of their tags"
    return (
        f"Similar users by {used}. Of users who took part together and comparable ones who did not, the "
        f"former were the more similar in {seen.learned_auc:.0%} of cases by learned similarity, in "
        f"{seen.text_auc:.0%} by the texts of their tags ({seen.campaigns} campaigns; half by chance)."
    )
