"""Statements for networks, forecasts and rankings of users read the graph before a moment that they name."""

import re

import pytest

import cypher

_FOLDERS = ("campaigns", "forecasts", "influence", "network", "tags", "users")
"""The statements of the other folders import, undo and administer, or answer questions on all times."""
_TIMED = re.compile(r"TARGETED_BY|PARTICIPATED_IN|HAS_TAG|PURCHASED|REDEEMED|REPLACED|\$any\(|\$\(")
"""Types of relationships that have a time."""
_RELATIONSHIP = re.compile(r"-\[(?P<name>\w*)(?P<types>:[^\]{*]+)?[^\]]*\]-")
_ALL_TIMES = {
    "campaigns/create": "creates a campaign",
    "campaigns/daily_participants": "the list of campaigns draws all that happened",
    "campaigns/plan_of": "the users of one plan become those of another",
    "network/clear_run": "removes what a run wrote",
    "network/copy_users": "copies what a run wrote",
    "network/replace_run": "renames what a run wrote",
    "network/write_behaviour_tags": "writes",
    "tags/list": "shows all tags",
    "users/erase": "erases all",
    "users/neighbourhood": "shows all tags of the users around a user",
    "users/profile": "shows all that a user did",
}


def unbounded(text: str) -> list[str]:
    """The relationships with a time that a statement matches without comparing it to a moment."""
    code = re.sub(r"//[^\n]*", "", text)
    found = []
    for match in _RELATIONSHIP.finditer(code):
        name, types = match["name"], match["types"]
        if types is not None and not _TIMED.search(types):
            continue
        if not name or not re.search(rf"\b{name}\.at < (datetime\(\$before\)|end\b)", code):
            found.append(match[0])
    return found


def test_relationships_without_a_moment_are_found() -> None:
    assert unbounded("MATCH (a)-[:TARGETED_BY]->(b) WHERE a.x < 1") == ["-[:TARGETED_BY]-"]
    assert unbounded("MATCH (a)-[r]->() WHERE NOT type(r) IN $derived") == ["-[r]-"]
    assert unbounded("MATCH (a)-[r:PURCHASED]->(b) WHERE r.at < datetime($before)") == []
    assert unbounded("MATCH (a)-[r:INFLUENCES {run: $run}]->(b)-[:IN_GROUP]->(c)") == []


@pytest.mark.parametrize(
    "name", [name for name in cypher.names() if name.split("/")[0] in _FOLDERS and name not in _ALL_TIMES]
)
def test_times_are_compared_to_the_moment_up_to_which_a_statement_reads(name: str) -> None:
    statement = cypher.statement(name)
    assert unbounded(statement.text) == []
    assert "before" in statement.parameters or not _TIMED.search(statement.text)


@pytest.mark.parametrize("name", _ALL_TIMES)
def test_exceptions_are_needed(name: str) -> None:
    assert unbounded(cypher.statement(name).text) != []
