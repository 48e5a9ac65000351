"""Exports the results of saved questions as frames, and a campaign's network as a NetworkX graph."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import cypher
from graph.connection import Graph, Row
from graph.errors import InvalidRequest, NotFound
from graph.pseudonyms import BY_ID, Pseudonyms

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd
    from neo4j.graph import Node

_USER_LISTS = frozenset({"targets", "key_users"})
"""Relationship properties that hold lists of user ids."""


def find_question(name: str) -> cypher.Statement:
    """Return the saved question of this name. Raises NotFound."""
    try:
        return cypher.statement(f"explore/{name}")
    except KeyError as error:
        names = ", ".join(each.name.removeprefix("explore/") for each in cypher.questions())
        raise NotFound(f"There is no saved question {name!r}.", f"Choose among {names}.") from error


def run_question(
    graph: Graph, name: str, parameters: dict[str, str], pseudonyms: Pseudonyms = BY_ID
) -> "pd.DataFrame":
    """Run a saved question.

    Parameters
    ----------
    graph, name
        The database and the name of the question.
    parameters
        Values that replace the question's defaults.
    pseudonyms
        Replaces user ids in the result.

    Returns
    -------
    pandas.DataFrame
        The result; a graph becomes one row per relationship, and one per node without any.

    Raises
    ------
    NotFound
        There is no such question.
    InvalidRequest
        It has no such parameter, or a value has the wrong type.
    """
    import pandas as pd
    from neo4j.graph import Node, Path, Relationship

    statement = find_question(name)
    unknown = set(parameters) - set(statement.parameters)
    if unknown:
        raise InvalidRequest(
            f"{name} has no parameter {', '.join(sorted(unknown))}.",
            f"Its parameters are {', '.join(statement.parameters)}.",
        )
    typed = {key: _convert(statement, key, value) for key, value in parameters.items()}
    frame = graph.frame(statement.name, **{**statement.defaults, **typed})
    values = [value for row in frame.itertuples(index=False) for value in row]
    if any(isinstance(value, Node | Path | Relationship) for value in values):
        return pd.DataFrame(_edge_rows(values, pseudonyms)).drop_duplicates(ignore_index=True)
    return pseudonyms.table(frame)


def _convert(statement: cypher.Statement, key: str, value: str) -> object:
    if not statement.parameters[key].startswith("integer"):
        return value
    try:
        return int(value)
    except ValueError as error:
        raise InvalidRequest(
            f"Parameter {key}: {value!r} is not a whole number.", "Write it with digits."
        ) from error


def _edge_rows(values: list[Any], pseudonyms: Pseudonyms) -> Iterator[Row]:
    from neo4j.graph import Node, Path, Relationship

    linked = set()
    for value in values:
        for link in value.relationships if isinstance(value, Path) else [value]:
            if isinstance(link, Relationship) and link.start_node and link.end_node:
                linked |= set(link.nodes)
                properties = {
                    key: [pseudonyms.of(user) for user in entry] if key in _USER_LISTS else entry
                    for key, entry in link.items()
                }
                yield {**_node_columns("from", link.start_node, pseudonyms), "type": link.type,
                       **_node_columns("to", link.end_node, pseudonyms),
                       **{key: _to_cell(entry) for key, entry in properties.items()}}  # fmt: skip
    for value in values:
        for node in value.nodes if isinstance(value, Path) else [value]:
            if isinstance(node, Node) and node not in linked:
                yield _node_columns("from", node, pseudonyms)


def _to_cell(value: object) -> object:
    """Convert a value to one that a table cell can hold."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return value if isinstance(value, bool | int | float | str) else str(value)


def _node_columns(side: str, node: "Node", pseudonyms: Pseudonyms) -> Row:
    label, node_id = next(iter(node.labels), ""), node.get("id")
    return {f"{side}_label": label, side: pseudonyms.of(node_id) if label == "User" else node_id}


def network_graph(edges: list[Row]) -> "nx.DiGraph":
    """Build a directed graph of a campaign's key users and their influence.

    Parameters
    ----------
    edges
        The rows of ``campaigns/key_user_network``.

    Returns
    -------
    networkx.DiGraph
        Nodes have `key_user` (rank, or 0) and `group` (rank, or 0), edges `probability`.
    """
    import networkx as nx

    graph = nx.DiGraph()
    for edge in edges:
        for side in ("source", "target"):
            if edge[side] is not None:
                graph.add_node(
                    edge[side], key_user=edge[f"{side}_rank"] or 0, group=edge[f"{side}_group"] or 0
                )
        if edge["target"] is not None:
            graph.add_edge(edge["source"], edge["target"], probability=edge["probability"])
    return graph
