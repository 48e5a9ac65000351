"""Import jobs over HTTP."""

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
import yaml
from fastapi.testclient import TestClient

from api.app import create_app
from examples import careless_shop
from graph.connection import Graph, connect
from graph.importing import job as jobs
from graph.importing.runs import import_runs
from graph.importing.sketch import sketch
from graph.importing.stream import StreamEngine
from graph.settings import Settings


@pytest.fixture
def client(settings: Settings, graph: Graph) -> Iterator[TestClient]:
    assert graph
    app = create_app(settings.model_copy(update={"max_upload_mib": 1}), connect(settings), keys=False)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as one:
        yield one


def send(client: TestClient, folder: Path, mapping: str, **fields: str) -> object:
    paths = [path for path in folder.iterdir() if path.suffix != ".yaml"]
    files = [("files", (path.name, path.read_bytes())) for path in paths]
    return client.post("/v1/imports", data={"mapping": mapping, **fields}, files=files)


def wait(client: TestClient, address: str) -> dict[str, object]:
    for _ in range(300):
        job = client.get(address).json()
        if job["state"] != "running":
            return dict(job)
        assert job["progress"]["stage"]
        time.sleep(0.1)
    raise AssertionError(job)


def test_a_folder_is_sent_watched_and_its_rejected_rows_fetched(
    client: TestClient, tmp_path: Path, dataset: str
) -> None:
    careless_shop.write(tmp_path)
    mapping = sketch(tmp_path, dataset, "Europe/Berlin")
    answer = send(client, tmp_path, mapping)
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"/v1/imports/{dataset}.1"
    done = wait(client, answer.headers["location"])
    assert (done["state"], done["read"], done["rejected"]) == ("complete", 6987, 21)
    assert done["read"] == done["loaded"] + done["rejected"] + done["unchanged"]
    rejected = client.get(f"/v1/imports/{dataset}.1/rejected")
    assert rejected.text.splitlines()[0] == "file,row,column,value,reason"
    assert len(rejected.text.splitlines()) == 22
    assert client.get("/v1/imports", params={"dataset": dataset}).json() == [done]
    again = wait(client, send(client, tmp_path, mapping).headers["location"])
    assert again["loaded"] == 0


def test_a_job_that_stops_says_why(client: TestClient, tmp_path: Path, dataset: str) -> None:
    careless_shop.write(tmp_path)
    answer = send(client, tmp_path, sketch(tmp_path, dataset), max_rejected="0")
    stopped = wait(client, answer.headers["location"])
    assert stopped["state"] == "stopped"
    assert "rows were rejected" in str(stopped["problem"])


def test_two_jobs_of_one_data_set_do_not_run_at_once(
    client: TestClient, tmp_path: Path, dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    careless_shop.write(tmp_path)
    run = jobs.ImportJob.run

    def slowly(job: jobs.ImportJob) -> object:
        time.sleep(1)
        return run(job)

    monkeypatch.setattr(jobs.ImportJob, "run", slowly)
    first = send(client, tmp_path, sketch(tmp_path, dataset))
    second = send(client, tmp_path, sketch(tmp_path, dataset))
    assert second.status_code == 409
    assert second.headers["content-type"] == "application/problem+json"
    wait(client, first.headers["location"])


@pytest.mark.parametrize(
    ("mapping", "said"), [("a: [", "YAML"), ("dataset: x", "zone: Field required"), ("- 1", "mapping")]
)
def test_a_mapping_that_is_none(client: TestClient, tmp_path: Path, mapping: str, said: str) -> None:
    (tmp_path / "x.csv").write_text("a\n")
    answer = send(client, tmp_path, mapping)
    assert answer.status_code == 422
    assert said in answer.json()["detail"]


def test_files_that_are_not_there_and_names_that_lead_elsewhere(
    client: TestClient, settings: Settings, tmp_path: Path, dataset: str
) -> None:
    careless_shop.write(tmp_path)
    mapping = yaml.safe_load(sketch(tmp_path, dataset))
    mapping["tables"]["users"][0]["files"] = "other.csv"
    answer = send(client, tmp_path, yaml.safe_dump(mapping))
    assert answer.status_code == 422
    assert "other.csv" in answer.json()["detail"]
    mapping["tables"]["users"][0]["files"] = "../../neo4j-password"
    assert "outside" in send(client, tmp_path, yaml.safe_dump(mapping)).json()["detail"]
    hidden = client.post("/v1/imports", data={"mapping": "x"}, files=[("files", ("..", b"x"))])
    assert hidden.status_code == 422
    assert not list((settings.home / "imports").glob("upload-*"))


def test_a_body_that_is_too_large_is_refused(client: TestClient) -> None:
    answer = client.post("/v1/imports", content=b"x" * (2 << 20))
    assert (answer.status_code, answer.json()["title"]) == (413, "TooLarge")
    assert client.post("/v1/imports", content=iter([b"x"])).status_code == 411


def test_jobs_that_are_not_there(client: TestClient) -> None:
    assert client.get("/v1/imports/x").status_code == 404
    assert client.get("/v1/imports/x.1").status_code == 404


def test_a_job_ends_with_the_server_and_goes_on_when_sent_again(
    settings: Settings, graph: Graph, client: TestClient, tmp_path: Path, dataset: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    careless_shop.write(tmp_path)
    mapping = sketch(tmp_path, dataset)
    begun = Event()
    load = StreamEngine._load_batch

    def slowly(*arguments: object) -> object:
        begun.set()
        time.sleep(0.3)
        return load(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(StreamEngine, "_load_batch", slowly)
        with TestClient(
            create_app(settings, connect(settings), keys=False), base_url="http://127.0.0.1"
        ) as other:
            send(other, tmp_path, mapping)
            assert begun.wait(20)
    (run,) = import_runs(graph, dataset)
    assert run.state == "interrupted"
    done = wait(client, send(client, tmp_path, mapping).headers["location"])
    assert (done["id"], done["state"], done["read"]) == (f"{dataset}.1", "complete", 6987)
