"""Links into Neo4j Browser with a query filled in."""

from urllib.parse import quote, urlsplit

import cypher
from graph.server import local
from graph.server.browser_files import filled
from graph.settings import Settings


def explore_query(dataset: str, campaign: str, run: str) -> str:
    """The query that draws a campaign's key users and groups, ready to run in Browser."""
    return filled(
        cypher.statement("campaigns/explore"), {"dataset": dataset, "campaign": campaign, "run": run}
    )


def browser_url(settings: Settings, query: str | None = None) -> str | None:
    """The address of Neo4j Browser on the managed server, with `query` filled in.

    None where ``NEO4J_URI`` names another server: where its Browser is, is not known.
    """
    server = None if settings.neo4j_uri else local.status(settings.home)
    if server is None:
        return None
    port = urlsplit(server.bolt).port
    url = f"{server.browser}?dbms=bolt://{server.user}@localhost:{port}&db=neo4j"
    return f"{url}&cmd=edit&arg={quote(query)}" if query else url
