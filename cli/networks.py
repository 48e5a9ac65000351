"""`groundswell network`: build, update, list and remove spreading networks."""

from typing import Annotated

import typer

from cli.options import (
    CutoffOption,
    DatasetOption,
    HomeOption,
    JsonOption,
    build_request,
    load_local_settings,
    parse_date,
)

app = typer.Typer(
    no_args_is_help=True, help="The spreading network: who influences whom, key users and groups."
)


@app.command("build")
def build(
    home: HomeOption = None,
    dataset: DatasetOption = None,
    cutoff: CutoffOption = None,
    rebuild: Annotated[bool, typer.Option(help="Build again even if nothing has changed.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Build a spreading network from the data before the cut-off: key users and neighbour groups."""
    from api.schemas.requests import NetworkRequest
    from cli.backend import open_backend
    from cli.console import print_json
    from cli.render import show_network

    day = parse_date(cutoff)
    with open_backend(home) as backend:
        dataset = backend.resolve_dataset(dataset)
        network = backend.build_network(
            build_request(NetworkRequest, dataset=dataset, cutoff=day, rebuild=rebuild)
        )
    if as_json:
        print_json(network)
        return
    show_network(network)


@app.command("update")
def update(
    home: HomeOption = None,
    dataset: DatasetOption = None,
    cutoff: CutoffOption = None,
    as_json: JsonOption = False,
) -> None:
    """Update the latest network to a later cut-off, in a fraction of the time of a build.

    Influences, key users and groups are brought up to date. Tags, similar users and the influence test stay
    as they were when the network was built.
    """
    from api.serializers.networks import serialize_network
    from cli.console import print_json, progress_bars
    from cli.render import show_network
    from graph.connection import connect
    from graph.datasets import resolve_dataset

    settings, day = load_local_settings(home), parse_date(cutoff)
    with connect(settings) as graph, progress_bars() as progress:
        from network.incremental_update import update_network

        network = update_network(graph, resolve_dataset(graph, dataset), progress, cutoff=day)
    response = serialize_network(network)
    if as_json:
        print_json(response)
        return
    show_network(response)


@app.command("list")
def list_networks(
    home: HomeOption = None, dataset: DatasetOption = None, as_json: JsonOption = False
) -> None:
    """List the networks, the latest cut-off first."""
    from rich.table import Table

    from cli.backend import open_backend
    from cli.console import out, print_json

    with open_backend(home) as backend:
        networks = backend.networks(backend.resolve_dataset(dataset))
    if as_json:
        print_json(networks)
        return
    table = Table("cut-off", "built for", "influences", "key users", "groups", "influence between users")
    for network in networks:
        counts = (f"{count:,}" for count in (network.influences, network.key_users, network.groups))
        table.add_row(str(network.cutoff), str(network.built), *counts, network.influence_test.verdict)
    out.print(table)


@app.command("remove")
def remove(
    cutoff: Annotated[str, typer.Argument(help="The network's cut-off (YYYY-MM-DD).", show_default=False)],
    home: HomeOption = None,
    dataset: DatasetOption = None,
) -> None:
    """Remove a network; imported data stays."""
    from cli.console import out
    from graph.connection import connect
    from graph.datasets import resolve_dataset
    from network.runs import remove_network

    day = parse_date(cutoff)
    assert day is not None
    with connect(load_local_settings(home)) as graph:
        remove_network(graph, resolve_dataset(graph, dataset), day)
    out.print(f"Removed the spreading network with cut-off {day}.")
