"""`groundswell export`: answers and networks as files.

What draws takes seconds to import, which whoever asks for something else need not wait for.
"""

from pathlib import Path
from typing import Annotated

import typer

from cli.console import out
from cli.options import DatasetOption, HomeOption, settings_for
from graph.connection import connect
from graph.errors import InvalidRequest
from graph.importing.adapters.complete_journey import DATASET
from graph.pseudonyms import Pseudonyms
from network import queries
from network.runs import latest_network

app = typer.Typer(no_args_is_help=True, help="Write answers and networks to files.")


@app.command("question")
def question(
    name: Annotated[str, typer.Argument(help="A saved question, as cypher/README.md names it.")],
    to: Annotated[Path, typer.Option("--to", help="The file: .csv or .parquet.")],
    home: HomeOption = None,
    dataset: DatasetOption = DATASET,
    parameters: Annotated[
        list[str] | None, typer.Option("--param", "-p", help="A parameter, like campaign=13.")
    ] = None,
) -> None:
    """Write the answer to a saved question as CSV or Parquet."""
    _check(to, (".csv", ".parquet"))
    given = {"dataset": dataset}
    for one in parameters or []:
        key, sign, value = one.partition("=")
        if not sign:
            raise InvalidRequest(f"{one!r} is no parameter.", "Write it like campaign=13.")
        given[key] = value
    from graph.export import answer

    settings = settings_for(home)
    with connect(settings) as graph:
        frame = answer(graph, name, given, Pseudonyms(settings.pseudonym_key, dataset))
    if to.suffix == ".csv":
        frame.to_csv(to, index=False)
    else:
        frame.to_parquet(to, index=False)
    out.print(f"Wrote {len(frame):,} rows to {to}.", soft_wrap=True)


@app.command("network")
def network(
    campaign: Annotated[str, typer.Argument(help="The campaign's id.")],
    to: Annotated[Path, typer.Option("--to", help="The file: .graphml or .html.")],
    home: HomeOption = None,
    dataset: DatasetOption = DATASET,
) -> None:
    """Write a campaign's key users and whom they influence, as GraphML or as a page that stands alone."""
    _check(to, (".graphml", ".html"))
    settings = settings_for(home)
    with connect(settings) as graph:
        run = latest_network(graph, dataset)
        edges = queries.key_user_network(graph, dataset, campaign, run.id)
    if not edges:
        raise InvalidRequest(
            f"{run.id} has no key users of campaign {campaign!r}.",
            "Name a campaign that began before its cut-off.",
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


def _check(to: Path, suffixes: tuple[str, ...]) -> None:
    if to.suffix not in suffixes:
        raise InvalidRequest(f"{to} is not written: what is {to.suffix or 'a file without a suffix'}?",
                             f"End its name in {' or '.join(suffixes)}.")  # fmt: skip
    if not to.resolve().parent.is_dir():
        raise InvalidRequest(f"There is no folder {to.resolve().parent}.", "Make it first.")
