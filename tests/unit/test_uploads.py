"""Uploads that cannot be stored as named, and mappings that would exhaust the server, are refused."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
import yaml
from fastapi.testclient import TestClient
from httpx import Response

from api.app import create_app
from graph.connection import Graph
from graph.errors import InvalidRequest
from graph.importing.mapping.model import read_mapping
from graph.importing.mapping.yaml_text import load_yaml
from graph.settings import Settings

USERS = "dataset: x\nzone: UTC\ntables: {users: {files: users.csv, columns: {id: id}}}\n"
ALIASES = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 9))


class EmptyGraph:
    """A graph without erased users: any other use of it fails."""

    def run(self, statement: str, **_: object) -> list[dict[str, object]]:
        assert statement == "users/erased"
        return []


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    app = create_app(Settings(GROUNDSWELL_HOME=tmp_path), cast(Graph, EmptyGraph()), keys=False)
    app.user_middleware = [layer for layer in app.user_middleware if layer.cls.__name__ != "ResponseCache"]
    yield TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)


def check(client: TestClient, names: list[str], mapping: str = USERS) -> Response:
    files = [("files", (name, f"id\n{i}\n".encode())) for i, name in enumerate(names)]
    return client.post("/v1/imports/check", data={"mapping": mapping}, files=files)


@pytest.mark.parametrize(
    ("mapping", "problem"),
    [
        (ALIASES, "the alias *a0 is not supported; write the value out instead"),
        ("a: &a [*a]", "the alias *a is not supported"),
        ("[" * 5_000, "the nesting is too deep"),
        ("- " * 5_000 + "x", "the nesting is too deep"),
        ("a: 2024-02-31", "a value is not valid: day"),
        ("a: !!int x", "a value is not valid"),
    ],
    ids=["aliases", "endless alias", "brackets", "dashes", "day", "integer"],
)
def test_mapping_that_would_exhaust_or_crash_the_server_is_refused(
    client: TestClient, tmp_path: Path, mapping: str, problem: str
) -> None:
    response = check(client, ["users.csv"], mapping)
    assert response.status_code == 422
    assert problem in response.json()["detail"]
    (tmp_path / "groundswell.yaml").write_text(mapping)
    with pytest.raises(InvalidRequest) as error:
        read_mapping(tmp_path / "groundswell.yaml")
    assert problem in str(error.value)


def test_nesting_is_limited_per_branch() -> None:
    text = "[" * 40 + "]" * 40
    assert load_yaml(f"[{', '.join([text] * 10)}]") == yaml.safe_load(f"[{', '.join([text] * 10)}]")


@pytest.mark.parametrize("names", [["a/users.csv", "b/users.csv"], ["users.csv", "users.csv"]])
def test_files_of_the_same_name_are_refused(client: TestClient, tmp_path: Path, names: list[str]) -> None:
    response = check(client, names)
    assert response.status_code == 422
    assert response.json()["detail"] == f"The files {names[0]!r} and {names[1]!r} have the same name."
    assert not list((tmp_path / "uploads").iterdir())


@pytest.mark.parametrize("name", ["u" * 300 + ".csv", "顧" * 90 + ".csv"], ids=["ASCII", "Chinese"])
def test_file_name_too_long_for_the_file_system_is_refused(
    client: TestClient, tmp_path: Path, name: str
) -> None:
    response = check(client, [name])
    assert response.status_code == 422
    assert "is too long" in response.json()["detail"]
    assert not list((tmp_path / "uploads").iterdir())


def test_file_with_the_longest_name_is_stored(client: TestClient) -> None:
    name = "u" * 251 + ".csv"
    response = check(client, [f"folder/{name}"], USERS.replace("users.csv", name))
    assert response.status_code == 200, response.text
