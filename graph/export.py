"""Takes answers out of the graph: a saved question as a frame, a campaign's network as a NetworkX graph."""

from collections.abc import Iterator
from typing import Any

import networkx as nx
import pandas as pd
from neo4j.graph import Node, Path, Relationship

import cypher
from graph.connection import Graph, Row
from graph.errors import InvalidRequest, NotFound
from graph.pseudonyms import BY_ID, Pseudonyms

_LISTS = frozenset({"targets", "key_users"})
"""Properties of relationships that list users."""


def question(name: str) -> cypher.Statement:
    """The saved question of this name. Raises NotFound."""
    try:
        return cypher.statement(f"explore/{name}")
    except KeyError as error:
        names = ", ".join(one.name.removeprefix("explore/") for one in cypher.questions())
        raise NotFound(f"There is no saved question {name!r}.", f"There are {names}.") from error


def answer(graph: Graph, name: str, given: dict[str, str], named: Pseudonyms = BY_ID) -> pd.DataFrame:
    """The answer to a saved question, its users as `named`; `given` parameters in place of its defaults.

    A graph comes as one row a relationship (and a node that has none). Raises NotFound and InvalidRequest.
    """
    one = question(name)
    odd = set(given) - set(one.parameters)
    if odd:
        raise InvalidRequest(
            f"{name} has no parameter {', '.join(sorted(odd))}.", f"It has {', '.join(one.parameters)}."
        )
    typed = {key: _typed(one, key, value) for key, value in given.items()}
    frame = graph.frame(one.name, **{**one.defaults, **typed})
    values = [value for row in frame.itertuples(index=False) for value in row]
    if any(isinstance(value, Node | Path | Relationship) for value in values):
        return pd.DataFrame(_flat(values, named)).drop_duplicates(ignore_index=True)
    return named.table(frame)


def _typed(one: cypher.Statement, key: str, value: str) -> object:
    if not one.parameters[key].startswith("integer"):
        return value
    try:
        return int(value)
    except ValueError as error:
        raise InvalidRequest(f"{key}={value}: {key} is a whole number.", "Write it with digits.") from error


def _flat(values: list[Any], named: Pseudonyms) -> Iterator[Row]:
    linked = set()
    for value in values:
        links = value.relationships if isinstance(value, Path) else [value]
        for link in links:
            if isinstance(link, Relationship) and link.start_node and link.end_node:
                linked |= set(link.nodes)
                said = {key: _named(value, named) if key in _LISTS else value for key, value in link.items()}
                yield {**_node("from", link.start_node, named), "type": link.type,
                       **_node("to", link.end_node, named),
                       **{key: _plain(value) for key, value in said.items()}}  # fmt: skip
    for value in values:
        nodes = value.nodes if isinstance(value, Path) else [value]
        yield from (
            _node("from", node, named) for node in nodes if isinstance(node, Node) and node not in linked
        )


def _plain(value: object) -> object:
    """What a cell of a table can hold: lists with commas between, moments as text."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return value if isinstance(value, bool | int | float | str) else str(value)


def _named(users: list[str], named: Pseudonyms) -> list[str]:
    return [named.of(user) for user in users]


def _node(side: str, node: Node, named: Pseudonyms) -> Row:
    label, found = next(iter(node.labels), ""), node.get("id")
    return {f"{side}_label": label, side: named.of(found) if label == "User" else found}


def network_graph(edges: list[Row]) -> "nx.DiGraph":
    """A campaign's key users and whom they influence most, as ``results.key_user_network`` gives them."""
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
