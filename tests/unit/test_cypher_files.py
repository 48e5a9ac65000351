"""Every Cypher file declares what it uses, and the catalogue is current."""

import pytest

import cypher
from cypher import catalogue


@pytest.mark.parametrize("name", cypher.names())
def test_declares_its_parameters(name: str) -> None:
    one = cypher.statement(name)
    assert one.title
    assert one.text.strip()


def test_an_undeclared_parameter_is_named() -> None:
    source = "// title\n// parameters: none\n// returns: x\nRETURN $surprise AS x\n"
    with pytest.raises(cypher.MalformedStatement, match="surprise"):
        cypher._parse("folder/file", source)


def test_a_missing_header_names_the_file() -> None:
    with pytest.raises(cypher.MalformedStatement, match="folder/file.cypher"):
        cypher._parse("folder/file", "RETURN 1 AS x\n")


def test_several_statements_are_split() -> None:
    parts = cypher.statement("schema/V001__keys").parts()
    assert len(parts) == 11
    assert all(part.startswith("CREATE CONSTRAINT") for part in parts)


def test_the_catalogue_is_current() -> None:
    assert catalogue.CATALOGUE.read_text(encoding="utf-8") == catalogue.render(), "run `make docs`"
