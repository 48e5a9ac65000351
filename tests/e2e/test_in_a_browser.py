"""The campaign page and Neo4j Browser, in a real browser."""

import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

import cypher
from api.page.source_query import browser_url, explore_query
from graph.connection import Graph, connect
from graph.importing.report import ImportReport
from graph.server import local
from graph.server.browser_files import opening_page
from graph.server.folders import Folders
from graph.settings import Settings
from network.runs import NetworkRun
from tests.data import CAMPAIGN, influence_supported, query
from tests.e2e.conftest import PageUrl, View


def test_campaign_page_shows_forecast_curves_and_groups(view: Callable[[str], View]) -> None:
    campaign = view("/")
    page = campaign.page
    expect(page.get_by_role("heading", name="Campaign 18")).to_be_visible()
    expect(page.get_by_text("Forecast for the 7 days from")).to_be_visible()
    curves = page.get_by_role("region", name="Influence over time")
    expect(curves.locator(".scatterlayer .trace")).to_have_count(10)
    groups = page.get_by_role("region", name="Neighbour groups")
    expect(groups.locator(".scatterlayer .trace").first).to_be_visible()
    expect(page.get_by_role("button", name="Share chart...")).to_have_count(0)
    expect(page.get_by_role("table").first.get_by_role("row")).to_have_count(8)
    # The sample does not show influence between users. The page says so, and draws no network.
    expect(page.get_by_text("There is no evidence that users influence one another here")).to_be_visible()
    expect(page.locator("iframe")).to_have_count(0)
    expect(page.get_by_role("link", name="all API operations")).to_be_visible()


def test_network_is_drawn_if_influence_is_supported(
    page: Page, page_url: PageUrl, graph: Graph, sample: ImportReport, network: NetworkRun
) -> None:
    with influence_supported(graph, sample.dataset, network.id):
        page.goto(page_url("/"))
        page.locator("iframe").scroll_into_view_if_needed()
        expect(page.frame_locator("iframe").locator("canvas").first).to_be_visible()


def test_api_documentation_requests_no_other_host(page: Page, server_url: str) -> None:
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(f"{server_url}/docs")
    expect(page.get_by_text("/v1/campaigns/{campaign_id}/forecast").first).to_be_visible()
    assert [url for url in requests if not url.startswith(("http://127.0.0.1", "data:"))] == []


def test_campaign_is_chosen_from_the_list(page: Page, page_url: PageUrl) -> None:
    page.goto(page_url("/"))
    page.get_by_label("Campaign", exact=True).select_option("13")
    expect(page.get_by_role("heading", name="Campaign 13")).to_be_visible()
    expect(page.get_by_role("heading", name="No forecast yet")).to_be_visible()


def test_neo4j_browser_draws_the_campaign(
    page: Page, managed_home: Path, settings: Settings, sample: ImportReport, network: NetworkRun
) -> None:
    local_settings = Settings(GROUNDSWELL_HOME=managed_home, NEO4J_URI=None)
    dataset, run = sample.dataset, network.id
    with connect(local_settings) as managed_graph:
        if settings.neo4j_uri:  # The sample is on another server, so this one needs a few nodes.
            dataset, run = "drawn", "network/drawn"
            query(
                managed_graph,
                "CREATE (c:Campaign {dataset: $d, id: $c}) "
                "CREATE (g:NeighbourGroup {dataset: $d, id: 'g'})-[:OF]->(c) "
                "CREATE (u:User {dataset: $d, id: 'u'})-[:KEY_USER_OF {run: $run, rank: 1}]->(c) "
                "CREATE (u)-[:IN_GROUP {run: $run}]->(g)",
                d=dataset, c=CAMPAIGN, run=run,
            )  # fmt: skip
    page.goto(browser_url(local_settings, explore_query(dataset, CAMPAIGN, run)) or "")
    page.get_by_test_id("password").fill(local.status(managed_home).password)
    page.get_by_test_id("connect").click()
    expect(page.get_by_text("You are connected as user")).to_be_visible()
    page.get_by_test_id("editor-Run").click()
    expect(page.locator("g.node").first).to_be_visible()
    assert page.locator("g.node").count() >= 3
    expect(page.get_by_text("KEY_USER_OF").first).to_be_attached()


def test_neo4j_browser_opens_with_questions_colours_and_a_tour(
    page: Page, managed_home: Path, settings: Settings, sample: ImportReport, network: NetworkRun
) -> None:
    assert network
    server = local.up(managed_home, settings.cache)
    addresses = (address.replace("127.0.0.1", "localhost") for address in (server.http, server.bolt))
    folders = Folders(managed_home.resolve())
    html_file = opening_page(folders, *addresses, server.user, server.password, sample.dataset)
    assert html_file.stat().st_mode & 0o077 == 0  # It contains the password.
    page.goto(html_file.as_uri())
    expect(page.get_by_role("heading", name="The network")).to_be_visible()
    assert server.password not in page.url
    documents = json.loads(page.evaluate("localStorage['neo4j.documents']"))
    questions = [document for document in documents if document.get("folder") == "groundswell-folder"]
    assert len(questions) == len(cypher.questions())
    page.locator("pre.runnable i").first.click()
    if settings.neo4j_uri:  # Nothing was imported into this server.
        expect(page.get_by_text("(no changes, no records)")).to_be_visible()
        return
    expect(page.locator("g.node circle[fill='#d9822b']").first).to_be_visible()  # The campaign's colour.
    assert page.locator("g.node").count() >= 3
