"""`groundswell demo`: the main job on real data, from an empty database to a served page."""

import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from api.page.source_query import browser_url, explore_query
from api.schemas import forecasts
from api.serializers import records
from cli.console import bars, out
from cli.imports import show_import
from cli.options import HomeOption, settings_for
from cli.render import show_forecast, show_likely, show_model, show_network
from cli.serve import DEFAULT_PORT, page_url, prepare, run
from forecasting.history.series import read_influence
from forecasting.records import find_campaign, likely_users
from graph.connection import Graph, connect
from graph.errors import PortTaken
from graph.importing.adapters.complete_journey import DATASET, complete_journey
from graph.importing.job import import_prepared
from graph.server import local
from graph.settings import Settings
from network import queries
from network.runs import NetworkRun

CAMPAIGN = "18"
# The middle of the campaign's run of eight weeks.
CUTOFF = date(2017, 11, 27)
_HORIZON = 7
_LIKELY = 5
_PAGE_FILE = Path("demo.html")


def demo(
    home: HomeOption = None,
    once: Annotated[bool, typer.Option("--once", help="Write demo.html and end.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Of the page.")] = DEFAULT_PORT,
) -> None:
    """Import a real data set, find who carries its campaigns, forecast one, and show it."""
    from forecasting.forecasts import forecast_campaign
    from forecasting.klstm.trainer import Configuration
    from forecasting.training import train
    from network.build import build_network
    from network.tags.text_encoder import TextEncoder

    settings = settings_for(home)
    with bars() as progress:
        if not settings.neo4j_uri:
            local.up(settings.home, settings.cache, progress=progress, mirror=settings.maven_mirror)
        with connect(settings) as graph:
            imported = import_prepared(graph, settings, complete_journey(settings.cache), progress)
            network = build_network(graph, DATASET, progress, cutoff=CUTOFF, encoder=TextEncoder.of(settings))
            declared = Configuration(holidays="us-groceries")
            model = train(graph, settings, DATASET, progress, cutoff=CUTOFF, configuration=declared)
            forecast = forecast_campaign(graph, settings, DATASET, CAMPAIGN, _HORIZON, progress, CUTOFF)
    show_import(imported)
    with connect(settings) as graph:
        _tell(graph, network)
    show_model(records.model(model))
    with connect(settings) as graph:
        made = records.forecast(graph, DATASET, forecast)
        likely = likely_users(graph, DATASET, forecast.id, _LIKELY)
    show_forecast(made)
    show_likely([forecasts.LikelyUser(**row) for row in likely], made)
    _show(settings, network, once=once, port=port)


def _tell(graph: Graph, network: NetworkRun) -> None:
    campaign = find_campaign(graph, DATASET, CAMPAIGN)
    out.rule(f"{campaign['name']}")
    out.print(
        f"It reached {campaign['targeted']:,} households from {campaign['starts']:%d %b %Y} on. "
        f"What follows was known on {CUTOFF:%d %b %Y}."
    )
    steps = read_influence(graph, DATASET, campaign, network.id)
    known = steps[steps["ds"] < pd.Timestamp(CUTOFF)]
    first, last = known.iloc[0], known.iloc[-1]
    out.print(
        f"On its first day {first['y']:.0f} took part (influence level {first['level']:.0f}) and exposed "
        f"{first['exposed']:.0f} others to an active influencer; on {last['ds']:%d %b} it was "
        f"{last['y']:.0f} (level {last['level']:.0f}), and {last['exposed']:.0f} were left to expose."
    )
    show_network(records.network(network))
    users = queries.key_users(graph, DATASET, CAMPAIGN, network.id)[:5]
    said = ", ".join(f"{one['user']} (spread {one['score']:.1f})" for one in users)
    out.print(f"Its first key users: {said}.")
    for group in queries.neighbour_groups(graph, DATASET, CAMPAIGN, network.id)[:3]:
        share = group["participants"] / group["size"]
        out.print(
            f"Neighbour group {group['rank']}: {group['size']} users, {share:.0%} took part so far; "
            f"set apart by: {group['name']}."
        )


def _show(settings: Settings, network: NetworkRun, *, once: bool, port: int) -> None:
    out.rule("Where to look")
    if once:
        from api.deps import Context
        from api.page.rendering import standalone_page

        with connect(settings) as graph:
            page = standalone_page(Context.of(settings, graph), DATASET, CAMPAIGN)
        _PAGE_FILE.write_text(page, encoding="utf-8")
        out.print(f"The page:      {_PAGE_FILE.resolve()}", soft_wrap=True)
        _point_to_browser(settings, network)
        return
    try:
        server, listening = prepare(settings, "127.0.0.1", port, keys=False)
    except PortTaken:
        server, listening = prepare(settings, "127.0.0.1", 0, keys=False)
    out.print(f"The page:      {page_url(listening)}", soft_wrap=True)
    _point_to_browser(settings, network)
    out.print("Ctrl-C ends the page.")
    run(server, listening)


def _point_to_browser(settings: Settings, network: NetworkRun) -> None:
    command = sys.argv[0]
    link = browser_url(settings)
    if link:
        out.print(f"Neo4j Browser: {link}", soft_wrap=True, markup=False)
        out.print(f"               ({command} browser --show-password tells the password)", soft_wrap=True)
    query = explore_query(DATASET, CAMPAIGN, network.id)
    out.print(f"A query for it:\n{query}", markup=False, soft_wrap=True)
    if link:
        out.print(f"\nThe database goes on until `{command} db down`.", soft_wrap=True)
