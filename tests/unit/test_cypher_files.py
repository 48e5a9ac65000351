"""Every Cypher file declares what it uses, and the catalogue is current."""

import pytest

import cypher
from cypher import catalogue

_SOURCE = "// title\n// parameters: none\n// returns: x\n// access: read\nRETURN 1 AS x\n"


@pytest.mark.parametrize("name", cypher.names())
def test_declares_its_parameters(name: str) -> None:
    statement = cypher.statement(name)
    assert statement.title
    assert statement.text.strip()


def test_a_complete_header_is_accepted() -> None:
    assert cypher._parse("folder/file", _SOURCE).access == "read"


def test_an_undeclared_parameter_is_named() -> None:
    with pytest.raises(cypher.MalformedStatement, match="surprise"):
        cypher._parse("folder/file", _SOURCE.replace("RETURN 1", "RETURN $surprise"))


def test_a_missing_header_names_the_file() -> None:
    with pytest.raises(cypher.MalformedStatement, match="folder/file.cypher"):
        cypher._parse("folder/file", "RETURN 1 AS x\n")


@pytest.mark.parametrize(
    ("now", "then", "message"),
    [
        ("// access: read\n", "", "needs title, parameters, returns and access"),
        ("access: read", "access: sometimes", "'sometimes', not one of read, write, autocommit"),
        ("access: read", "access: autocommit", "autocommit is for"),
        ("RETURN 1 AS x", "CALL () { RETURN 1 AS x } IN TRANSACTIONS", "autocommit is for"),
    ],
)
def test_a_wrong_access_is_rejected(now: str, then: str, message: str) -> None:
    with pytest.raises(cypher.MalformedStatement, match=message):
        cypher._parse("folder/file", _SOURCE.replace(now, then))


def test_several_statements_are_split() -> None:
    parts = cypher.statement("schema/V001__keys").parts()
    assert len(parts) == 11
    assert all(part.startswith("CREATE CONSTRAINT") for part in parts)


def test_the_catalogue_is_current() -> None:
    assert catalogue.CATALOGUE.read_text(encoding="utf-8") == catalogue.render(), "run `make docs`"
