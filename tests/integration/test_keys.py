"""API keys: managed on the command line, required for every operation, limited and audited."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from api.app import create_app
from api.middleware import auth
from graph.api_keys import SCOPES, list_keys, make_key, revoke_key
from graph.connection import Graph, connect
from graph.errors import InvalidRequest
from graph.importing.report import ImportReport
from graph.settings import Settings
from tests.command_line import database_environment, groundswell
from tests.data import query

TOKEN = "s3cret"


@pytest.fixture
def settings_with_token(settings: Settings, graph: Graph, tmp_path: Path) -> Iterator[Settings]:
    """Settings with a token, so that the API requires keys; keys are deleted after the test."""
    yield settings.model_copy(update={"api_token": SecretStr(TOKEN), "home": tmp_path})
    query(graph, "MATCH (key:ApiKey) DELETE key")


@pytest.fixture
def client(
    settings: Settings, settings_with_token: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    monkeypatch.setattr(auth, "_KEYS_CACHED_SECONDS", -1.0)
    monkeypatch.setattr(auth, "FAILURES_PER_MINUTE", 10_000)
    with TestClient(create_app(settings_with_token, connect(settings), "0.0.0.0")) as client:
        yield client


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


@pytest.mark.usefixtures("settings_with_token")
def test_keys_are_made_listed_and_revoked(graph: Graph, settings: Settings) -> None:
    environment = database_environment(settings)
    made = groundswell("keys", "make", "the [red] dashboard", "--scope", "read", **environment)
    assert made.returncode == 0, made.stderr
    (key,) = re.findall(r"gsw_[0-9a-f]{8}_[\w-]{43}", made.stdout)
    assert "the [red] dashboard" in made.stdout
    (row,) = query(graph, "MATCH (key:ApiKey) RETURN properties(key) AS stored")
    stored, secret = row["stored"], key.split("_", 2)[2]
    assert secret not in json.dumps(stored, default=str)
    listed = groundswell("keys", "list", **environment)
    assert stored["id"] in listed.stdout
    assert secret not in listed.stdout
    assert stored["hash"] not in listed.stdout
    assert groundswell("keys", "revoke", stored["id"], **environment).returncode == 0
    assert list_keys(graph)[0].revoked_at
    unknown = groundswell("keys", "revoke", "nobody", **environment)
    assert unknown.returncode == 1
    assert "groundswell keys list" in unknown.stderr
    invalid_scope = groundswell("keys", "make", "x", "--scope", "everything", **environment)
    assert invalid_scope.returncode == 1
    assert "read, run, import, build, admin" in invalid_scope.stderr


def test_every_operation_needs_its_scope(client: TestClient, graph: Graph) -> None:
    keys = {scope: make_key(graph, scope, [scope])[1] for scope in SCOPES}
    paths = client.get("/openapi.json", headers=bearer(TOKEN)).json()["paths"]
    operations = [(method.upper(), path) for path, methods in paths.items() for method in methods]
    operations += [("GET", "/"), ("GET", "/docs"), ("GET", "/openapi.json"), ("GET", "/static/page.css")]
    for method, path in operations:
        address = re.sub(r"\{\w+\}", "nothing.1", path)
        response = client.request(method, address)
        if address in auth.OPEN_PATHS:
            assert response.status_code == 200
            continue
        assert response.status_code == 401, address
        assert response.headers["www-authenticate"].startswith("Basic")
        needed = auth.needed_scope(method, address)
        for scope, key in keys.items():
            response = client.request(method, address, headers=bearer(key))
            if scope in (needed, "admin"):
                assert response.status_code not in {401, 403}, (scope, method, address)
            else:
                assert response.status_code == 403, (scope, method, address)
                assert response.headers["content-type"] == "application/problem+json"
                assert f"--scope {needed}" in response.json()["remedy"]


def test_invalid_key_is_rejected(client: TestClient, graph: Graph) -> None:
    key, text = make_key(graph, "reader", ["read"])
    assert client.get("/v1/campaigns", headers=bearer(text)).status_code in {200, 404}
    assert client.get("/v1/campaigns", auth=("anybody", text)).status_code in {200, 404}
    for header in (f"Bearer {text[:-1]}", f"Bearer {key.hash}", "Bearer", "Basic !!", f"Digest {text}", ""):
        assert client.get("/v1/campaigns", headers={"authorization": header}).status_code == 401
    not_ascii = {b"authorization": "Basic café".encode()}
    assert client.get("/v1/campaigns", headers=not_ascii).status_code == 401  # type: ignore[arg-type]
    revoke_key(graph, key.id)
    assert client.get("/v1/campaigns", headers=bearer(text)).status_code == 401


def test_many_wrong_keys_are_answered_late_and_valid_keys_pass(
    settings: Settings, settings_with_token: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "FAILURES_PER_MINUTE", 3)
    monkeypatch.setattr(auth, "FAILURE_SECONDS", 0.4)
    with TestClient(create_app(settings_with_token, connect(settings))) as client:
        responses = [client.get("/v1/networks", headers=bearer(f"guess{n}")) for n in range(5)]
        assert [response.status_code for response in responses] == [401, 401, 401, 429, 429]
        assert int(responses[-1].headers["retry-after"]) > 0
        late = [response.elapsed.total_seconds() > 0.4 for response in responses]
        assert late == [False, False, False, True, True]
        valid = client.get("/v1/networks", headers=bearer(TOKEN))
        assert (valid.status_code, valid.elapsed.total_seconds() < 0.4) == (200, True)
        assert client.get("/health").status_code == 200


def test_request_without_a_key_does_not_count_as_a_guess(
    settings: Settings, settings_with_token: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "FAILURES_PER_MINUTE", 3)
    with TestClient(create_app(settings_with_token, connect(settings))) as client:
        assert [client.get("/v1/networks").status_code for _ in range(5)] == [401] * 5
        assert client.get("/v1/networks", headers=bearer(TOKEN)).status_code == 200


def test_unreachable_database_is_503_for_every_key(settings: Settings, settings_with_token: Settings) -> None:
    closed = connect(settings)
    closed.close()
    with TestClient(create_app(settings_with_token, closed)) as client:
        response = client.get("/v1/networks", headers=bearer("gsw_00000000_secret"))
        assert response.status_code == 503
        assert int(response.headers["retry-after"]) > 0


def test_requests_of_a_key_are_limited_per_minute(settings: Settings, settings_with_token: Settings) -> None:
    limited = settings_with_token.model_copy(update={"rate_per_minute": 2})
    with TestClient(create_app(limited, connect(settings))) as client:
        statuses = [client.get("/v1/networks", headers=bearer(TOKEN)).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


def test_writing_requests_are_audited(
    client: TestClient, graph: Graph, settings_with_token: Settings
) -> None:
    key, text = make_key(graph, "importer", ["import"])
    client.post("/v1/imports", headers=bearer(text))
    client.get("/v1/campaigns", headers=bearer(TOKEN))
    (line,) = (settings_with_token.home / "logs" / "audit.jsonl").read_text().splitlines()
    entry = json.loads(line)
    assert (entry["key"], entry["name"], entry["method"]) == (key.id, "importer", "POST")
    assert (entry["path"], entry["status"]) == ("/v1/imports", 422)
    assert text not in line


def test_server_without_keys_allows_only_loopback(
    settings: Settings, graph: Graph, sample: ImportReport
) -> None:
    with pytest.raises(InvalidRequest, match="so the API needs keys"):
        create_app(settings, graph, "0.0.0.0", keys=False)
    with pytest.raises(InvalidRequest, match="No API key exists"):
        create_app(settings, graph)
    app = create_app(settings, connect(settings), keys=False)
    with TestClient(app, base_url="http://localhost") as client:
        assert client.get("/v1/campaigns", params={"dataset": sample.dataset}).status_code == 200
