"""`groundswell what-if`: choose seed users for a campaign, and estimate how many users they reach."""

import csv
from pathlib import Path
from typing import Annotated

import typer

from cli.options import CampaignArgument, DatasetOption, HomeOption, JsonOption, build_request
from graph.errors import InvalidRequest


def what_if(
    campaign: CampaignArgument,
    home: HomeOption = None,
    dataset: DatasetOption = None,
    seed: Annotated[list[str] | None, typer.Option(help="A user to start with; may be repeated.")] = None,
    k: Annotated[int, typer.Option(min=1, max=1000, help="Without --seed: how many users to choose.")] = 20,
    method: Annotated[
        str,
        typer.Option(
            help="How to choose users: imm, celf, pagerank, degree, ... (an unknown name lists them all)."
        ),
    ] = "imm",
    exclude: Annotated[
        Path | None, typer.Option(help="A text file of users to leave out, one user id per line.")
    ] = None,
    per_group: Annotated[
        int | None, typer.Option(min=1, help="Choose at most this many users of one neighbour group.")
    ] = None,
    fair: Annotated[
        str | None,
        typer.Option(
            help="A user property or kind of tag; each of its values gets at most its share of the seeds."
        ),
    ] = None,
    costs: Annotated[
        Path | None, typer.Option(help="A CSV file with the columns user and cost; other users cost 1.")
    ] = None,
    budget: Annotated[
        float | None, typer.Option(min=0, help="The most that the seeds may cost in total.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=90, help="How many days to simulate.")] = 14,
    as_json: JsonOption = False,
) -> None:
    """Choose seed users for a campaign under your constraints, and estimate how many users they reach."""
    from rich.table import Table

    from api.schemas.requests import WhatIfRequest
    from cli.backend import open_backend
    from cli.console import out, print_json
    from cli.id_files import read_ids
    from cli.render import describe_verdict

    request = build_request(
        WhatIfRequest,
        seeds=seed or None,
        k=k,
        exclude=read_ids(exclude) if exclude else [],
        per_group=per_group,
        fair=fair,
        costs=_read_costs(costs) if costs else {},
        budget=budget,
        days=days,
    )
    # Not validated here: a server rejects the methods that take too long for a request.
    request = request.model_copy(update={"method": method})
    with open_backend(home) as backend:
        dataset = backend.resolve_dataset(dataset)
        response = backend.what_if(campaign, dataset, request)
        if as_json:
            print_json(response)
            return
        (network,) = [network for network in backend.networks(dataset) if network.id == response.network]
    if not seed:
        title = f"Seeds for campaign {campaign} (method {method})"
        table = Table("rank", "user", "users added", "95% interval, simulation only", title=title)
        for user in response.seeds:
            table.add_row(
                str(user.rank), user.user, f"{user.score:.2f}", f"{user.low:.2f} to {user.high:.2f}"
            )
        out.print(table)
    title = f"{len(response.seeds)} seeds, from data before {network.cutoff}"
    table = Table("day", "users reached", "80% of the simulations", title=title)
    for day in response.days:
        table.add_row(str(day.day), f"{day.mean:.1f}", f"{day.p10:.0f} to {day.p90:.0f}")
    out.print(table)
    out.print(
        f"In total, the network model expects {response.total.mean:.1f} [{response.total.low:.1f}, "
        f"{response.total.high:.1f}] users, including the seeds, beyond those whom the campaign's overall "
        "rate explains. The brackets contain only the randomness of the simulation (95%), not the "
        f"uncertainty of the influence probabilities. {describe_verdict(response.influence_verdict)}"
    )
    if response.influence_verdict != "supported":
        out.print(network.influence_test.summary, highlight=False)


def _read_costs(file: Path) -> dict[str, float]:
    remedy = "Write the header user,cost and one line for each user."
    costs: dict[str, float] = {}
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            rows = csv.DictReader(stream)
            if not {"user", "cost"} <= set(rows.fieldnames or ()):
                raise InvalidRequest(f"{file} lacks the columns user and cost.", remedy)
            for line, row in enumerate(rows, start=2):
                try:
                    costs[row["user"]] = float(row["cost"])
                except (TypeError, ValueError) as error:
                    problem = f'{file} line {line}, column "cost": {row["cost"]!r} is not a number.'
                    raise InvalidRequest(problem, remedy) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"{file} cannot be read: {error}.", remedy) from error
    return costs
