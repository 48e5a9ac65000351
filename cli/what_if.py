"""`groundswell what-if`: whom to seed a campaign with, and how far that would carry it."""

import csv
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from api.schemas import forecasts
from cli.backend import asked
from cli.console import out
from cli.options import DatasetOption, HomeOption, wish_for
from graph.errors import InvalidRequest
from graph.importing.adapters.complete_journey import DATASET


def what_if(
    campaign: Annotated[str, typer.Argument(help="The campaign's id.")],
    home: HomeOption = None,
    dataset: DatasetOption = DATASET,
    seed: Annotated[list[str] | None, typer.Option(help="A user to begin with; may be repeated.")] = None,
    k: Annotated[int, typer.Option(min=1, max=1000, help="Without --seed: how many to choose.")] = 20,
    method: Annotated[str, typer.Option(help="How to choose: imm, celf, pagerank, degree, ...")] = "imm",
    exclude: Annotated[Path | None, typer.Option(help="A file of users to leave out, one a line.")] = None,
    per_group: Annotated[
        int | None, typer.Option(min=1, help="At most so many of one neighbour group.")
    ] = None,
    fair: Annotated[
        str | None, typer.Option(help="A property of users, or a kind of tag, to share seeds fairly over.")
    ] = None,
    costs: Annotated[Path | None, typer.Option(help="A CSV file of user,cost; others cost 1.")] = None,
    budget: Annotated[float | None, typer.Option(min=0, help="What the seeds may cost together.")] = None,
    days: Annotated[int, typer.Option(min=1, max=90, help="How many days to look ahead.")] = 14,
) -> None:
    """Choose whom to begin a campaign with, on your terms, and see how far that would carry."""
    wish = wish_for(
        forecasts.WhatIf,
        seeds=seed or None,
        k=k,
        exclude=read_users(exclude) if exclude else [],
        per_group=per_group,
        fair=fair,
        costs=_costs(costs) if costs else {},
        budget=budget,
        days=days,
    )
    # Some methods take too long to be asked for over the network: a server refuses them itself.
    wish = wish.model_copy(update={"method": method})
    with asked(home) as ask:
        told = ask.what_if(campaign, dataset, wish)
        (network,) = [one for one in ask.networks(dataset) if one.id == told.network]
    if not seed:
        title = f"Seeds for campaign {campaign}, {method}"
        table = Table("rank", "user", "adds", "95% interval", title=title)
        for one in told.seeds:
            table.add_row(str(one.rank), one.user, f"{one.score:.2f}", f"{one.low:.2f} to {one.high:.2f}")
        out.print(table)
    title = f"{len(told.seeds)} seeds, as of {network.cutoff}"
    table = Table("day", "users reached", "P10 to P90", title=title)
    for day in told.days:
        table.add_row(str(day.day), f"{day.mean:.1f}", f"{day.p10:.0f} to {day.p90:.0f}")
    out.print(table)
    out.print(
        f"In the end {told.total.mean:.1f} [{told.total.low:.1f}, {told.total.high:.1f}] users, seeds "
        "included, of those who would not have taken part by themselves. "
        f"Do users follow each other here? {told.influence_verdict.capitalize()}."
    )
    if told.influence_verdict != "supported":
        out.print(network.influence_test.summary, highlight=False)


def read_users(file: Path) -> list[str]:
    """The users in a file, one a line. Raises InvalidRequest where it cannot be read."""
    try:
        return [line.strip() for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"{file} cannot be read: {error}.", "Name a text file of users.") from error


def _costs(file: Path) -> dict[str, float]:
    remedy = "Write a header user,cost and a line for each user."
    found: dict[str, float] = {}
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = csv.DictReader(opened)
            if not {"user", "cost"} <= set(rows.fieldnames or ()):
                raise InvalidRequest(f"{file} has no columns user and cost.", remedy)
            for place, row in enumerate(rows, start=2):
                try:
                    found[row["user"]] = float(row["cost"])
                except (TypeError, ValueError) as error:
                    problem = f"{file}, line {place}: {row['cost']!r} is no cost."
                    raise InvalidRequest(problem, remedy) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"{file} cannot be read: {error}.", remedy) from error
    return found
