"""Queries behind the pictures, and links into Neo4j Browser that open with them filled in."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import cypher
from graph.server import local
from graph.server.browser_files import filled
from graph.settings import Settings

PLAN = "influence/products_bought"
"""What a plan rests on."""
SEEDS = "influence/reach_of_users"


@dataclass(frozen=True)
class Behind:
    """The query behind a picture; `link` opens Neo4j Browser with it (None where that is not known)."""

    query: str
    link: str | None


def behind(settings: Settings, name: str, **parameters: object) -> Behind:
    """The statement `name` with literals for its parameters, to be looked at and run by a person."""
    query = filled(cypher.statement(name), parameters)
    return Behind(query, browser_url(settings, query))


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
