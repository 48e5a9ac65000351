"""`groundswell export`: write query results, series and networks to files."""

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.options import CampaignArgument, DatasetOption, HomeOption, load_local_settings
from graph.errors import InvalidRequest

if TYPE_CHECKING:
    import pandas as pd

app = typer.Typer(no_args_is_help=True, help="Write query results, series and networks to files.")


@app.command("question")
def question(
    name: Annotated[
        str, typer.Argument(help="The name of a saved question (see cypher/README.md).", show_default=False)
    ],
    to: Annotated[Path, typer.Option("--to", help="The file: .csv or .parquet.")],
    home: HomeOption = None,
    dataset: DatasetOption = None,
    parameters: Annotated[
        list[str] | None,
        typer.Option("--param", "-p", help="A parameter, for example campaign=13; may be repeated."),
    ] = None,
) -> None:
    """Write the result of a saved question as CSV or Parquet."""
    from cli.console import out
    from graph.connection import connect
    from graph.datasets import resolve_dataset
    from graph.export import find_question, run_question
    from graph.pseudonyms import Pseudonyms

    _check_file(to, (".csv", ".parquet"))
    values = {}
    for parameter in parameters or []:
        key, equals, value = parameter.partition("=")
        if not equals:
            raise InvalidRequest(
                f"{parameter!r} is not a parameter.", "Write it as name=value, for example campaign=13."
            )
        values[key] = value
    settings = load_local_settings(home)
    with connect(settings) as graph:
        values.setdefault("dataset", resolve_dataset(graph, dataset))
        frame = run_question(graph, name, values, Pseudonyms(settings.pseudonym_key, values["dataset"]))
    _write(frame, to)
    out.print(f"Wrote {len(frame):,} rows to {to}.", soft_wrap=True)
    if frame.empty:
        used = find_question(name).defaults | values
        listed = ", ".join(f"{key}={value}" for key, value in used.items())
        out.print(f"The question has no result for {listed}. Change a value with --param.", soft_wrap=True)


@app.command("series")
def series(
    to: Annotated[Path, typer.Option("--to", help="The file: .csv or .parquet.")],
    home: HomeOption = None,
    dataset: DatasetOption = None,
    outcome: Annotated[
        Literal["participants", "redeemers"], typer.Option(help="The users to count on each day.")
    ] = "participants",
) -> None:
    """Write the daily series of all campaigns in Nixtla's long format: unique_id, ds, y.

    Days that the data does not cover are left out.
    """
    from cli.console import out
    from forecasting.history.long_format import read_series
    from graph.connection import connect
    from graph.datasets import resolve_dataset

    _check_file(to, (".csv", ".parquet"))
    with connect(load_local_settings(home)) as graph:
        frame = read_series(graph, resolve_dataset(graph, dataset), outcome)
    _write(frame, to)
    out.print(
        f"Wrote {len(frame):,} rows of {frame['unique_id'].nunique():,} campaigns to {to}.", soft_wrap=True
    )


@app.command("network")
def network(
    campaign: CampaignArgument,
    to: Annotated[Path, typer.Option("--to", help="The file: .graphml or .html.")],
    home: HomeOption = None,
    dataset: DatasetOption = None,
) -> None:
    """Write a campaign's key users and the users they influence as GraphML or a self-contained web page."""
    from cli.console import out
    from graph.connection import connect
    from graph.datasets import resolve_dataset
    from graph.pseudonyms import Pseudonyms
    from network import queries
    from network.runs import latest_network

    _check_file(to, (".graphml", ".html"))
    settings = load_local_settings(home)
    with connect(settings) as graph:
        dataset = resolve_dataset(graph, dataset)
        run = latest_network(graph, dataset)
        edges = queries.key_user_network(graph, dataset, campaign, run.id)
    if not edges:
        raise InvalidRequest(
            f"{run.id} has no key users of campaign {campaign!r}.",
            "Choose a campaign that began before the network's cut-off.",
        )
    edges = Pseudonyms(settings.pseudonym_key, dataset).edges(edges)
    if to.suffix == ".html":
        from api.page.network_drawing import draw_network

        to.write_text(draw_network(edges, height="95vh"), encoding="utf-8")
    else:
        import networkx as nx

        from graph.export import network_graph

        nx.write_graphml(network_graph(edges), to)
    out.print(f"Wrote {len(edges):,} influences of {run.id} to {to}.", soft_wrap=True)


def _write(frame: "pd.DataFrame", to: Path) -> None:
    if to.suffix == ".csv":
        frame.to_csv(to, index=False, quoting=csv.QUOTE_NONNUMERIC)
    else:
        frame.to_parquet(to, index=False)


def _check_file(file: Path, suffixes: tuple[str, ...]) -> None:
    if file.suffix not in suffixes:
        raise InvalidRequest(
            f"{file} does not end in {' or '.join(suffixes)}.", "Choose the format by the file's suffix."
        )
    if not file.resolve().parent.is_dir():
        raise InvalidRequest(f"There is no folder {file.resolve().parent}.", "Create it first.")
