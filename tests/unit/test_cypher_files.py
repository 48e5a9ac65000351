"""Every Cypher file has a complete header, and the catalogue is current."""

import re
from pathlib import Path

import pytest

import cypher
from cypher import catalogue

_OF_ALL_DATA_SETS = {
    "importing/has_data",
    "importing/jobs",
    "runs/dataset_ids",
    "runs/datasets",
    "server/freshness",
}
_SOURCE = "// title\n// parameters: none\n// returns: x\n// access: read\nRETURN 1 AS x\n"


@pytest.mark.parametrize("name", cypher.names())
def test_every_file_has_a_valid_header(name: str) -> None:
    statement = cypher.statement(name)
    assert statement.title
    assert statement.text.strip()


@pytest.mark.parametrize("name", cypher.names())
def test_parameters_have_no_parentheses_in_their_description(name: str) -> None:
    """The catalogue ends a description at the first closing one."""
    path = Path(cypher.__file__).parent / f"{name}.cypher"
    header = next(line for line in path.read_text(encoding="utf-8").splitlines() if "// parameters:" in line)
    assert not re.search(r"\([^()]*\(", header)


def test_complete_header_is_accepted() -> None:
    assert cypher._parse("folder/file", _SOURCE).access == "read"


def test_undeclared_parameter_is_rejected() -> None:
    with pytest.raises(cypher.MalformedStatement, match="surprise"):
        cypher._parse("folder/file", _SOURCE.replace("RETURN 1", "RETURN $surprise"))


def test_missing_header_is_rejected() -> None:
    with pytest.raises(cypher.MalformedStatement, match="folder/file.cypher"):
        cypher._parse("folder/file", "RETURN 1 AS x\n")


@pytest.mark.parametrize(
    ("valid", "invalid", "message"),
    [
        ("// access: read\n", "", "needs title, parameters, returns and access"),
        ("access: read", "access: sometimes", "'sometimes', not one of read, write, autocommit"),
        ("access: read", "access: autocommit", "autocommit is for"),
        ("RETURN 1 AS x", "CALL () { RETURN 1 AS x } IN TRANSACTIONS", "autocommit is for"),
    ],
)
def test_wrong_access_is_rejected(valid: str, invalid: str, message: str) -> None:
    with pytest.raises(cypher.MalformedStatement, match=message):
        cypher._parse("folder/file", _SOURCE.replace(valid, invalid))


def test_file_with_several_statements_is_split() -> None:
    parts = cypher.statement("schema/V001__keys").parts()
    assert len(parts) == 11
    assert all(part.startswith("CREATE CONSTRAINT") for part in parts)


@pytest.mark.parametrize("name", [name for name in cypher.names() if not name.startswith("schema/")])
def test_runs_are_looked_up_within_their_data_set(name: str) -> None:
    """Data sets have runs of the same ids, so an id alone would find those of other data sets."""
    text = cypher.statement(name).text
    if re.search(r":Run\b|\brun: \$|\.run = \$", text) and name not in _OF_ALL_DATA_SETS:
        assert "dataset: $dataset" in text


def test_catalogue_is_current() -> None:
    assert catalogue.CATALOGUE.read_text(encoding="utf-8") == catalogue.render(), "run `make docs`"
