"""The Cypher query of each picture, and links that open it in Neo4j Browser."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import cypher
from graph.server import local
from graph.server.browser_files import inline_parameters
from graph.settings import Settings

PLAN_STATEMENT = "influence/products_bought"
"""The statement whose result a plan is computed from."""
SEEDS_STATEMENT = "influence/reach_of_users"


@dataclass(frozen=True)
class SourceQuery:
    """A runnable query; `link` opens it in Neo4j Browser (None if Browser's address is not known)."""

    text: str
    link: str | None


def source_query(settings: Settings, name: str, **parameters: object) -> SourceQuery:
    """Return the statement `name` with its parameters filled in as literals."""
    text = inline_parameters(cypher.statement(name), parameters)
    return SourceQuery(text, browser_url(settings, text))


def explore_query(dataset: str, campaign: str, network: str) -> str:
    """Return the query that draws a campaign's key users and groups in Neo4j Browser."""
    return inline_parameters(
        cypher.statement("campaigns/explore"), {"dataset": dataset, "campaign": campaign, "run": network}
    )


def browser_url(settings: Settings, query: str | None = None) -> str | None:
    """Return the address of the managed server's Neo4j Browser, with `query` filled in.

    None if that server is not running or ``NEO4J_URI`` names another: its Browser's address is not known.
    """
    server = None if settings.neo4j_uri else local.status(settings.home)
    if server is None:
        return None
    port = urlsplit(server.bolt).port
    url = f"{server.browser}?dbms=bolt://{server.user}@localhost:{port}&db=neo4j"
    return f"{url}&cmd=edit&arg={quote(query)}" if query else url
