"""Links into Neo4j Browser with a query filled in."""

import json
import re
from urllib.parse import quote, urlsplit

import cypher
from graph.connection import Row
from graph.server import local
from graph.settings import Settings


def explore_query(dataset: str, campaign: str, run: str) -> str:
    """The query that draws a campaign's key users and groups, ready to run in Browser."""
    return filled("campaigns/explore", {"dataset": dataset, "campaign": campaign, "run": run})


def filled(name: str, parameters: Row) -> str:
    """A statement with literals for its parameters, to be read and run by a person.

    Only for showing: what Groundswell itself runs is always sent with parameters.
    """
    text = cypher.statement(name).text.strip()
    return re.sub(r"\$(\w+)", lambda found: json.dumps(parameters[found[1]]), text)


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
