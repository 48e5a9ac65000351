"""`groundswell demo`: the whole workflow on real data, from an empty database to a web page."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import HomeOption, load_local_settings
from cli.serve import DEFAULT_PORT, page_url, prepare, run
from graph.errors import PortInUse

if TYPE_CHECKING:
    from graph.connection import Graph
    from graph.settings import Settings
    from network.runs import NetworkRun

DATASET = "complete-journey"
CAMPAIGN = "18"
CUTOFF = date(2017, 11, 27)
"""The middle of the campaign's eight weeks."""
_HORIZON = 7
_USERS_SHOWN = 5
_GROUPS_SHOWN = 3
_PAGE_FILE = Path("demo.html")


def demo(
    home: HomeOption = None,
    once: Annotated[bool, typer.Option("--once", help="Write demo.html and exit.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The web page's port.")] = DEFAULT_PORT,
) -> None:
    """Import the Complete Journey, find its key users, forecast a campaign, and show the result."""
    from api.schemas import forecasts
    from api.serializers.forecasts import serialize_forecast
    from api.serializers.models import serialize_model
    from cli.console import progress_bars
    from cli.import_report import show_import
    from cli.render import show_forecast, show_likely_users, show_model
    from forecasting.forecasts import forecast_campaign
    from forecasting.klstm.trainer import Configuration
    from forecasting.records import likely_users
    from forecasting.training import train
    from graph.connection import connect
    from graph.importing.adapters.complete_journey import complete_journey
    from graph.importing.job import import_prepared
    from graph.server import local
    from network.build import build_network
    from network.tags.text_encoder import TextEncoder

    settings = load_local_settings(home)
    with progress_bars() as progress:
        if not settings.neo4j_uri:
            local.up(settings.home, settings.cache, progress=progress, mirror=settings.maven_mirror)
        with connect(settings) as graph:
            report = import_prepared(graph, settings, complete_journey(settings.cache, DATASET), progress)
            network = build_network(graph, DATASET, progress, cutoff=CUTOFF, encoder=TextEncoder.of(settings))
            configuration = Configuration(holidays="us-groceries")
            model = train(graph, settings, DATASET, progress, cutoff=CUTOFF, configuration=configuration)
            forecast = forecast_campaign(graph, settings, DATASET, CAMPAIGN, _HORIZON, progress, CUTOFF)
    show_import(report)
    with connect(settings) as graph:
        _show_campaign(graph, network)
    show_model(serialize_model(model))
    with connect(settings) as graph:
        response = serialize_forecast(graph, DATASET, forecast)
        users = [
            forecasts.LikelyUser(**row) for row in likely_users(graph, DATASET, forecast.id, _USERS_SHOWN)
        ]
    show_forecast(response)
    show_likely_users(users, response)
    _show_page(settings, network, once=once, port=port)


def _show_campaign(graph: "Graph", network: "NetworkRun") -> None:
    import pandas as pd

    from api.serializers.networks import serialize_network
    from cli.console import out
    from cli.render import show_network
    from forecasting.history.series import read_influence
    from forecasting.records import find_campaign
    from network import queries

    campaign = find_campaign(graph, DATASET, CAMPAIGN)
    out.rule(f"{campaign['name']}")
    out.print(
        f"It targeted {campaign['targeted']:,} households, starting on {campaign['starts']:%d %b %Y}. "
        f"Everything below uses data from before {CUTOFF:%d %b %Y}."
    )
    steps = read_influence(graph, DATASET, campaign, network.id)
    observed = steps[steps["ds"] < pd.Timestamp(CUTOFF)]
    first, last = observed.iloc[0], observed.iloc[-1]
    out.print(
        f"On its first day {first['y']:.0f} users took part (influence level {first['level']:.0f}), and "
        f"{first['exposed']:.0f} others were exposed to their influence. On {last['ds']:%d %b} "
        f"{last['y']:.0f} took part (level {last['level']:.0f}), and {last['exposed']:.0f} were exposed."
    )
    show_network(serialize_network(network))
    key_users = queries.key_users(graph, DATASET, CAMPAIGN, network.id)[:_USERS_SHOWN]
    names = ", ".join(f"{user['user']} (score {user['score']:.1f})" for user in key_users)
    out.print(f"Its top key users: {names}.")
    for group in queries.neighbour_groups(graph, DATASET, CAMPAIGN, network.id)[:_GROUPS_SHOWN]:
        share = group["participants"] / group["size"]
        out.print(
            f"Neighbour group {group['rank']}: {group['size']} users, {share:.0%} of whom have taken part; "
            f"distinguished by: {group['name']}."
        )


def _show_page(settings: "Settings", network: "NetworkRun", *, once: bool, port: int) -> None:
    from cli.console import out

    out.rule("Explore the result")
    if once:
        from api.deps import Context
        from api.page.rendering import standalone_page
        from graph.connection import connect

        with connect(settings) as graph:
            page = standalone_page(Context.of(settings, graph), DATASET, CAMPAIGN)
        _PAGE_FILE.write_text(page, encoding="utf-8")
        out.print(f"The page:      {_PAGE_FILE.resolve()}", soft_wrap=True)
        _show_browser_link(settings, network)
        return
    try:
        server, listener = prepare(settings, "127.0.0.1", port, keys=False)
    except PortInUse:
        server, listener = prepare(settings, "127.0.0.1", 0, keys=False)
    out.print(f"The page:      {page_url(listener)}", soft_wrap=True)
    _show_browser_link(settings, network)
    out.print("Stop the page with Ctrl-C.")
    run(server, listener)


def _show_browser_link(settings: "Settings", network: "NetworkRun") -> None:
    import sys

    from api.page.source_query import browser_url, explore_query
    from cli.console import out

    command = sys.argv[0]
    link = browser_url(settings)
    if link:
        out.print(f"Neo4j Browser: {link}", soft_wrap=True, markup=False)
        out.print(f"               ({command} browser --show-password prints the password)", soft_wrap=True)
    query = explore_query(DATASET, CAMPAIGN, network.id)
    out.print(f"A query to start with:\n{query}", markup=False, soft_wrap=True)
    if link:
        out.print(f"\nThe database runs until you stop it with `{command} db down`.", soft_wrap=True)
