"""Import jobs over HTTP."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from fastapi.testclient import TestClient
from httpx import Response

from api.app import create_app
from examples import messy_shop
from graph.connection import Graph, connect
from graph.importing.infer_mapping import infer_mapping
from graph.importing.runs import import_runs
from graph.importing.stream import StreamEngine
from graph.settings import Settings
from jobs import progress, worker


@pytest.fixture
def client(settings: Settings, graph: Graph) -> Iterator[TestClient]:
    assert graph
    app = create_app(settings.model_copy(update={"max_upload_mib": 1}), connect(settings), keys=False)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as one:
        yield one


def send(client: TestClient, folder: Path, mapping: str, **fields: str) -> Response:
    paths = [path for path in folder.iterdir() if path.suffix != ".yaml"]
    files = [("files", (path.name, path.read_bytes())) for path in paths]
    return client.post("/v1/imports", data={"mapping": mapping, **fields}, files=files)


def wait(client: TestClient, answer: Response) -> dict[str, object]:
    assert answer.status_code == 202, answer.text
    for _ in range(600):
        job = client.get(answer.headers["location"]).json()
        if job["state"] not in {"waiting", "running"}:
            return dict(job)
        time.sleep(0.1)
    raise AssertionError(job)


def test_uploaded_folder_is_imported_and_its_rejected_rows_are_downloaded(
    client: TestClient, settings: Settings, tmp_path: Path, dataset: str
) -> None:
    messy_shop.write(tmp_path)
    mapping = infer_mapping(tmp_path, dataset, "Europe/Berlin")
    done = wait(client, send(client, tmp_path, mapping))
    assert (done["kind"], done["state"], done["result"]) == (
        "import", "complete", {"import": f"{dataset}.1"},
    )  # fmt: skip
    one = client.get(f"/v1/imports/{dataset}.1").json()
    assert (one["state"], one["read"], one["rejected"]) == ("complete", 6987, 21)
    assert one["read"] == one["loaded"] + one["rejected"] + one["unchanged"]
    rejected = client.get(f"/v1/imports/{dataset}.1/rejected")
    assert rejected.text.splitlines()[0] == "file,row,column,value,reason"
    assert len(rejected.text.splitlines()) == 22
    assert client.get("/v1/imports", params={"dataset": dataset}).json() == [one]
    again = wait(client, send(client, tmp_path, mapping))
    assert again["result"] == {"import": f"{dataset}.2"}
    assert client.get(f"/v1/imports/{dataset}.2").json()["loaded"] == 0
    assert not list((settings.home / "imports").glob("upload-*"))


def test_stopped_import_states_the_reason(client: TestClient, tmp_path: Path, dataset: str) -> None:
    messy_shop.write(tmp_path)
    stopped = wait(client, send(client, tmp_path, infer_mapping(tmp_path, dataset), max_rejected="0"))
    assert stopped["state"] == "failed"
    assert "rows were rejected" in str(stopped["problem"])
    assert f"/v1/imports/{dataset}.1/rejected" in str(stopped["remedy"])
    assert client.get(f"/v1/imports/{dataset}.1").json()["state"] == "stopped"


def test_two_imports_of_one_data_set_run_one_after_another(
    client: TestClient, tmp_path: Path, dataset: str
) -> None:
    messy_shop.write(tmp_path)
    sent = [send(client, tmp_path, infer_mapping(tmp_path, dataset)) for _ in range(2)]
    assert [wait(client, one)["state"] for one in sent] == ["complete", "complete"]
    assert [one["loaded"] > 0 for one in client.get("/v1/imports", params={"dataset": dataset}).json()] == [
        False, True,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ("a: [", "YAML"),
        ("!!python/object/apply:os.getcwd []", "YAML"),
        ("dataset: x", "zone: Field required"),
        ("- 1", "mapping"),
    ],
)
def test_invalid_mapping_is_rejected(client: TestClient, tmp_path: Path, mapping: str, said: str) -> None:
    (tmp_path / "x.csv").write_text("a\n")
    answer = send(client, tmp_path, mapping)
    assert answer.status_code == 422
    assert said in answer.json()["detail"]


def test_missing_files_and_paths_outside_the_upload_are_rejected(
    client: TestClient, settings: Settings, tmp_path: Path, dataset: str
) -> None:
    messy_shop.write(tmp_path)
    mapping = yaml.safe_load(infer_mapping(tmp_path, dataset))
    mapping["tables"]["users"][0]["files"] = "other.csv"
    answer = send(client, tmp_path, yaml.safe_dump(mapping))
    assert answer.status_code == 422
    assert "other.csv" in answer.json()["detail"]
    mapping["tables"]["users"][0]["files"] = "../../neo4j-password"
    assert "outside" in send(client, tmp_path, yaml.safe_dump(mapping)).json()["detail"]
    hidden = client.post("/v1/imports", data={"mapping": "x"}, files=[("files", ("..", b"x"))])
    assert hidden.status_code == 422
    assert not list((settings.home / "imports").glob("upload-*"))


def test_too_large_body_is_rejected(client: TestClient) -> None:
    answer = client.post("/v1/imports", content=b"x" * (2 << 20))
    assert (answer.status_code, answer.json()["title"]) == (413, "TooLarge")
    # One that does not say its size is read as far as it may go.
    kind = {"content-type": "multipart/form-data; boundary=x"}
    assert client.post("/v1/imports", content=iter([b"x"]), headers=kind).status_code in {400, 422}
    many = (b"--x\r\ncontent-disposition: form-data; name=a\r\n\r\n" + b"x" * 65_536 for _ in range(40))
    assert client.post("/v1/imports", content=many, headers=kind).status_code == 413


def test_unknown_import_is_404(client: TestClient) -> None:
    assert client.get("/v1/imports/x").status_code == 404
    assert client.get("/v1/imports/x.1").status_code == 404


def test_import_resumes_after_its_worker_stopped(
    settings: Settings, graph: Graph, tmp_path: Path, dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    messy_shop.write(tmp_path)
    # Without its lifespan: nobody but the test works on jobs.
    client = TestClient(create_app(settings, graph, keys=False), base_url="http://127.0.0.1")
    answer = send(client, tmp_path, infer_mapping(tmp_path, dataset, "Europe/Berlin"))
    load, loaded = StreamEngine._load_batch, list[str]()

    def ended_midway(*arguments: object) -> object:
        if len(loaded) == 2:
            raise worker.WorkerStopped
        tally = load(*arguments)  # type: ignore[arg-type]
        loaded.append("batch")
        return tally

    with monkeypatch.context() as patch, pytest.raises(worker.WorkerStopped):
        patch.setattr(StreamEngine, "_load_batch", ended_midway)
        worker.work(graph, settings)
    job = client.get(answer.headers["location"]).json()
    assert (job["state"], job["attempts"]) == ("waiting", 0)
    assert client.get(f"/v1/imports/{dataset}.1").json()["state"] == "interrupted"
    assert worker.work(graph, settings) == 1
    assert wait(client, answer)["result"] == {"import": f"{dataset}.1"}
    (whole,) = import_runs(graph, dataset)
    assert (whole.state, whole.read, whole.rejected) == ("complete", 6987, 21)


def test_cancelled_import_ends_midway_and_deletes_the_upload(
    settings: Settings, graph: Graph, tmp_path: Path, dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    messy_shop.write(tmp_path)
    client = TestClient(create_app(settings, graph, keys=False), base_url="http://127.0.0.1")
    answer = send(client, tmp_path, infer_mapping(tmp_path, dataset, "Europe/Berlin"))
    load = StreamEngine._load_batch

    def cancelled_meanwhile(*arguments: object) -> object:
        client.delete(answer.headers["location"])
        time.sleep(2 * progress.HEARTBEAT_SECONDS)
        return load(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(StreamEngine, "_load_batch", cancelled_meanwhile)
    worker.work(graph, settings)
    assert wait(client, answer)["state"] == "cancelled"
    stopped = client.get(f"/v1/imports/{dataset}.1").json()
    assert (stopped["state"], stopped["problem"]) == ("stopped", "It was cancelled.")
    assert stopped["read"] < 6987
    assert not list((settings.home / "imports").glob("upload-*"))
