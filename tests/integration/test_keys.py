"""API keys: made, listed and revoked on the command line; nothing is reached without the right one."""

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
from graph.importing.job import ImportReport
from graph.settings import Settings
from tests.command_line import groundswell, reach
from tests.data import query

TOKEN = "s3cret"


@pytest.fixture
def guarded(settings: Settings, graph: Graph, tmp_path: Path) -> Iterator[Settings]:
    yield settings.model_copy(update={"api_token": SecretStr(TOKEN), "home": tmp_path})
    query(graph, "MATCH (key:ApiKey) DELETE key")


@pytest.fixture
def client(settings: Settings, guarded: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setattr(auth, "_KEYS_CACHED_SECONDS", -1.0)
    monkeypatch.setattr(auth, "FAILURES_PER_MINUTE", 10_000)
    with TestClient(create_app(guarded, connect(settings), "0.0.0.0")) as one:
        yield one


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


def test_keys_on_the_command_line(graph: Graph, settings: Settings, guarded: Settings) -> None:
    del guarded  # It takes the keys away afterwards.
    made = groundswell("keys", "make", "the [red] dashboard", "--scope", "read", **reach(settings))
    assert made.returncode == 0, made.stderr
    (text,) = re.findall(r"gsw_[0-9a-f]{8}_[\w-]{43}", made.stdout)
    assert "the [red] dashboard" in made.stdout
    (kept,) = query(graph, "MATCH (key:ApiKey) RETURN properties(key) AS p")
    secret = text.split("_", 2)[2]
    assert secret not in json.dumps(kept["p"], default=str)
    listed = groundswell("keys", "list", **reach(settings))
    assert kept["p"]["id"] in listed.stdout
    assert secret not in listed.stdout
    assert kept["p"]["hash"] not in listed.stdout
    assert groundswell("keys", "revoke", kept["p"]["id"], **reach(settings)).returncode == 0
    assert list_keys(graph)[0].revoked_at
    missing = groundswell("keys", "revoke", "nobody", **reach(settings))
    assert missing.returncode == 1
    assert "groundswell keys list" in missing.stderr
    wrong = groundswell("keys", "make", "x", "--scope", "everything", **reach(settings))
    assert wrong.returncode == 1
    assert "read, import, build, admin" in wrong.stderr


def test_every_operation_needs_its_scope(client: TestClient, graph: Graph) -> None:
    keys = {scope: make_key(graph, scope, [scope])[1] for scope in SCOPES}
    paths = client.get("/openapi.json", headers=bearer(TOKEN)).json()["paths"]
    operations = [(method.upper(), path) for path, found in paths.items() for method in found]
    operations += [("GET", "/"), ("GET", "/docs"), ("GET", "/openapi.json"), ("GET", "/static/page.css")]
    for method, path in operations:
        address = re.sub(r"\{\w+\}", "nothing.1", path)
        without = client.request(method, address)
        if address in auth.OPEN_PATHS:
            assert without.status_code == 200
            continue
        assert without.status_code == 401, address
        assert without.headers["www-authenticate"].startswith("Basic")
        needed = auth.needed_scope(method, address)
        for scope, key in keys.items():
            answer = client.request(method, address, headers=bearer(key))
            if scope in (needed, "admin"):
                assert answer.status_code not in {401, 403}, (scope, method, address)
            else:
                assert answer.status_code == 403, (scope, method, address)
                assert answer.headers["content-type"] == "application/problem+json"
                assert f"--scope {needed}" in answer.json()["remedy"]


def test_invalid_key_is_rejected(client: TestClient, graph: Graph) -> None:
    key, text = make_key(graph, "reader", ["read"])
    assert client.get("/v1/campaigns", headers=bearer(text)).status_code in {200, 404}
    assert client.get("/v1/campaigns", auth=("anybody", text)).status_code in {200, 404}
    for header in (f"Bearer {text[:-1]}", f"Bearer {key.hash}", "Bearer", "Basic !!", f"Digest {text}", ""):
        assert client.get("/v1/campaigns", headers={"authorization": header}).status_code == 401
    no_text = {b"authorization": "Basic café".encode()}
    assert client.get("/v1/campaigns", headers=no_text).status_code == 401  # type: ignore[arg-type]
    revoke_key(graph, key.id)
    assert client.get("/v1/campaigns", headers=bearer(text)).status_code == 401


def test_guessing_keys_is_stopped(
    settings: Settings, guarded: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "FAILURES_PER_MINUTE", 3)
    with TestClient(create_app(guarded, connect(settings))) as client:
        answers = [client.get("/v1/networks", headers=bearer(f"guess{n}")) for n in range(5)]
        assert [one.status_code for one in answers] == [401, 401, 401, 429, 429]
        assert int(answers[-1].headers["retry-after"]) > 0
        # The right one does not help either, until some time has passed; whether the server is well is told.
        assert client.get("/v1/networks", headers=bearer(TOKEN)).status_code == 429
        assert client.get("/health").status_code == 200


def test_request_without_a_key_does_not_count_as_a_guess(
    settings: Settings, guarded: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "FAILURES_PER_MINUTE", 3)
    with TestClient(create_app(guarded, connect(settings))) as client:
        assert [client.get("/v1/networks").status_code for _ in range(5)] == [401] * 5
        assert client.get("/v1/networks", headers=bearer(TOKEN)).status_code == 200


def test_unreachable_database_is_503_for_every_key(settings: Settings, guarded: Settings) -> None:
    gone = connect(settings)
    gone.close()
    with TestClient(create_app(guarded, gone)) as client:
        answer = client.get("/v1/networks", headers=bearer("gsw_00000000_secret"))
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0


def test_requests_of_a_key_are_limited_per_minute(settings: Settings, guarded: Settings) -> None:
    few = guarded.model_copy(update={"rate_per_minute": 2})
    with TestClient(create_app(few, connect(settings))) as client:
        answers = [client.get("/v1/networks", headers=bearer(TOKEN)).status_code for _ in range(3)]
    assert answers == [200, 200, 429]


def test_writing_requests_are_audited(client: TestClient, graph: Graph, guarded: Settings) -> None:
    key, text = make_key(graph, "importer", ["import"])
    client.post("/v1/imports", headers=bearer(text))
    client.get("/v1/campaigns", headers=bearer(TOKEN))
    (line,) = (guarded.home / "logs" / "audit.jsonl").read_text().splitlines()
    entry = json.loads(line)
    assert (entry["key"], entry["name"], entry["method"]) == (key.id, "importer", "POST")
    assert (entry["path"], entry["status"]) == ("/v1/imports", 422)
    assert text not in line


def test_without_keys_only_loopback_is_served(settings: Settings, graph: Graph, sample: ImportReport) -> None:
    with pytest.raises(InvalidRequest, match="so the API needs keys"):
        create_app(settings, graph, "0.0.0.0", keys=False)
    with pytest.raises(InvalidRequest, match="No API key exists"):
        create_app(settings, graph)
    with TestClient(create_app(settings, connect(settings), keys=False), base_url="http://localhost") as one:
        assert one.get("/v1/campaigns", params={"dataset": sample.dataset}).status_code == 200
