"""`groundswell what-if`: whom to seed a campaign with, and how far that would carry it."""

import csv
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from api.deps import network_of
from cli.console import out
from cli.options import DatasetOption, HomeOption, settings_for
from forecasting.records import find_campaign
from graph.connection import connect
from graph.errors import InvalidRequest
from graph.importing.adapters.complete_journey import DATASET
from graph.network import results


def what_if(
    campaign: Annotated[str, typer.Argument(help="The campaign's id.")],
    home: HomeOption = None,
    dataset: DatasetOption = DATASET,
    seed: Annotated[list[str] | None, typer.Option(help="A user to begin with; may be repeated.")] = None,
    k: Annotated[int, typer.Option(min=1, help="Without --seed: how many to choose.")] = 20,
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
    settings = settings_for(home)
    left_out = read_users(exclude) if exclude else []
    prices = _costs(costs) if costs else {}
    with connect(settings) as graph:
        from graph.network.what_if import CampaignReach, Wish

        found = find_campaign(graph, dataset, campaign)
        run = network_of(graph, dataset, campaign)
        reach = CampaignReach(graph, dataset, campaign, run, fair)
        if not seed:
            chosen = reach.choose(Wish(k, method, left_out, per_group, fair, prices, budget))  # type: ignore[arg-type]
            seed = chosen["user"].tolist()
            table = Table(
                "rank", "user", "adds", "95% interval", title=f"Seeds for {found['name']}, {method}"
            )
            for row in chosen.itertuples():
                table.add_row(
                    str(row.rank), str(row.user), f"{row.score:.2f}", f"{row.low:.2f} to {row.high:.2f}"
                )
            out.print(table)
        made = reach.spread(seed, days)
    table = Table("day", "users reached", "P10 to P90", title=f"{len(made.seeds)} seeds, as of {run.cutoff}")
    for row in made.days.itertuples():
        table.add_row(str(row.day), f"{row.mean:.1f}", f"{row.p10:.0f} to {row.p90:.0f}")
    out.print(table)
    out.print(
        f"In the end {made.total.mean:.1f} [{made.total.low:.1f}, {made.total.high:.1f}] users, seeds "
        "included, of those who would not have taken part by themselves. "
        f"Do users follow each other here? {run.premise.verdict.capitalize()}."
    )
    if run.premise.verdict != "supported":
        out.print(results.premise_said(run.premise), highlight=False)


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
