"""Import jobs over HTTP."""

import time
from collections.abc import Iterator
from pathlib import Path
from shutil import make_archive

import pytest
import yaml
from fastapi.testclient import TestClient
from httpx import Response

from api.app import create_app
from examples import messy_shop
from graph.connection import Graph, connect
from graph.importing.engines.stream import StreamEngine
from graph.importing.inference.infer import infer_mapping
from graph.importing.runs.records import import_runs
from graph.settings import Settings
from jobs import progress, worker


@pytest.fixture
def client(settings: Settings, graph: Graph) -> Iterator[TestClient]:
    assert graph
    app = create_app(settings.model_copy(update={"max_upload_mib": 1}), connect(settings), keys=False)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client


def upload(client: TestClient, folder: Path, mapping: str, **fields: str) -> Response:
    paths = [path for path in folder.iterdir() if path.suffix != ".yaml"]
    files = [("files", (path.name, path.read_bytes())) for path in paths]
    return client.post("/v1/imports", data={"mapping": mapping, **fields}, files=files)


def wait_for_job(client: TestClient, response: Response) -> dict[str, object]:
    """Wait until the job of a response has ended, and return it."""
    assert response.status_code == 202, response.text
    for _ in range(600):
        job = client.get(response.headers["location"]).json()
        if job["state"] not in {"waiting", "running"}:
            return dict(job)
        time.sleep(0.1)
    raise AssertionError(job)


def test_uploaded_folder_is_imported_and_rejected_rows_can_be_downloaded(
    client: TestClient, settings: Settings, tmp_path: Path, dataset: str
) -> None:
    messy_shop.write(tmp_path)
    mapping = infer_mapping(tmp_path, dataset, "Europe/Berlin")
    job = wait_for_job(client, upload(client, tmp_path, mapping))
    assert (job["kind"], job["state"], job["result"]) == (
        "import", "complete", {"import": f"{dataset}.1"},
    )  # fmt: skip
    run = client.get(f"/v1/imports/{dataset}.1").json()
    assert (run["state"], run["read"], run["rejected"]) == ("complete", 6987, 21)
    assert run["read"] == run["loaded"] + run["rejected"] + run["unchanged"]
    rejected = client.get(f"/v1/imports/{dataset}.1/rejected")
    assert rejected.text.splitlines()[0] == "file,row,column,value,reason"
    assert len(rejected.text.splitlines()) == 22
    assert client.get("/v1/imports", params={"dataset": dataset}).json() == [run]
    repeated = wait_for_job(client, upload(client, tmp_path, mapping))
    assert repeated["result"] == {"import": f"{dataset}.2"}
    assert client.get(f"/v1/imports/{dataset}.2").json()["loaded"] == 0
    assert not list((settings.home / "uploads").glob("*"))


def test_uploaded_archive_is_imported_like_its_files(
    client: TestClient, settings: Settings, tmp_path: Path, dataset: str
) -> None:
    messy_shop.write(tmp_path / "shop")
    mapping = infer_mapping(tmp_path / "shop", dataset, "Europe/Berlin")
    (tmp_path / "upload").mkdir()
    archive = Path(make_archive(str(tmp_path / "upload" / "shop"), "zip", tmp_path / "shop"))
    job = wait_for_job(client, upload(client, archive.parent, mapping))
    assert job["state"] == "complete", job
    run = client.get(f"/v1/imports/{dataset}.1").json()
    assert (run["read"], run["rejected"]) == (6987, 21)
    assert not list((settings.home / "imports").glob("upload-*"))


def test_stopped_import_states_the_reason(client: TestClient, tmp_path: Path, dataset: str) -> None:
    messy_shop.write(tmp_path)
    stopped = wait_for_job(
        client, upload(client, tmp_path, infer_mapping(tmp_path, dataset, "UTC"), max_rejected="0")
    )
    assert stopped["state"] == "failed"
    assert "rows were rejected" in str(stopped["problem"])
    assert f"/v1/imports/{dataset}.1/rejected" in str(stopped["remedy"])
    assert client.get(f"/v1/imports/{dataset}.1").json()["state"] == "stopped"


def test_two_imports_of_a_data_set_run_one_after_another(
    client: TestClient, tmp_path: Path, dataset: str
) -> None:
    messy_shop.write(tmp_path)
    responses = [upload(client, tmp_path, infer_mapping(tmp_path, dataset, "UTC")) for _ in range(2)]
    assert [wait_for_job(client, response)["state"] for response in responses] == ["complete", "complete"]
    runs = client.get("/v1/imports", params={"dataset": dataset}).json()
    assert [run["loaded"] > 0 for run in runs] == [False, True]


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ("a: [", "YAML"),
        ("!!python/object/apply:os.getcwd []", "YAML"),
        ("dataset: x", "zone: Field required"),
        ("- 1", "mapping"),
    ],
)
def test_invalid_mapping_is_rejected(client: TestClient, tmp_path: Path, mapping: str, message: str) -> None:
    (tmp_path / "x.csv").write_text("a\n")
    response = upload(client, tmp_path, mapping)
    assert response.status_code == 422
    assert message in response.json()["detail"]


def test_missing_files_and_paths_outside_the_upload_are_rejected(
    client: TestClient, settings: Settings, tmp_path: Path, dataset: str
) -> None:
    messy_shop.write(tmp_path)
    mapping = yaml.safe_load(infer_mapping(tmp_path, dataset, "UTC"))
    mapping["tables"]["users"][0]["files"] = "other.csv"
    response = upload(client, tmp_path, yaml.safe_dump(mapping))
    assert response.status_code == 422
    assert "other.csv" in response.json()["detail"]
    mapping["tables"]["users"][0]["files"] = "../../neo4j-password"
    assert "outside" in upload(client, tmp_path, yaml.safe_dump(mapping)).json()["detail"]
    parent_folder = client.post("/v1/imports", data={"mapping": "x"}, files=[("files", ("..", b"x"))])
    assert parent_folder.status_code == 422
    assert not list((settings.home / "uploads").glob("*"))


def test_check_lists_warnings_and_why_an_import_would_stop(client: TestClient, tmp_path: Path) -> None:
    messy_shop.write(tmp_path)
    orders = tmp_path / "Bestellungen 2024.csv"
    orders.write_bytes(orders.read_bytes() + b"K0085;A048;01.07.2024 11:32;1;9.000.000,00;Wien\n")
    files = [("files", (path.name, path.read_bytes())) for path in tmp_path.iterdir()]
    fields = {"zone": "Europe/Berlin", "max_rejected": "0"}
    checked = client.post("/v1/imports/check", data=fields, files=files).json()
    assert [warning["code"] for warning in checked["warnings"]] == ["far_figures"]
    assert "would stop: 2 of 404 rows were rejected in table users" in checked["problem"]
    del fields["max_rejected"]
    assert client.post("/v1/imports/check", data=fields, files=files).json()["problem"] is None


def test_dates_of_both_orders_are_refused_before_a_job_begins(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text("id\na\n")
    (tmp_path / "campaigns.csv").write_text("id,from,to\nF,2024-03-01,2024-04-01\n")
    (tmp_path / "orders.csv").write_text("user,sku,on\na,tea,25/03/2024\na,tea,03/28/2024\n")
    mapping = {
        "dataset": "x", "zone": "UTC", "kinds": {"order": {"type": "ORDERED"}},
        "tables": {
            "users": {"files": "users.csv", "columns": {"id": "id"}},
            "campaigns": {
                "files": "campaigns.csv", "columns": {"id": "id", "starts": "from", "ends": "to"},
            },
            "behaviours": {
                "files": "orders.csv", "times": "%d/%m/%Y", "constants": {"kind": "order"},
                "columns": {"user": "user", "object": "sku", "at": "on"},
            },
        },
    }  # fmt: skip
    response = upload(client, tmp_path, yaml.safe_dump(mapping))
    assert response.status_code == 422
    assert "row 3: '03/28/2024'" in response.json()["detail"]


def test_too_large_body_is_413(client: TestClient) -> None:
    response = client.post("/v1/imports", content=b"x" * (2 << 20))
    assert (response.status_code, response.json()["title"]) == (413, "TooLarge")
    # A body without a declared size is read up to the limit.
    headers = {"content-type": "multipart/form-data; boundary=x"}
    assert client.post("/v1/imports", content=iter([b"x"]), headers=headers).status_code in {400, 422}
    parts = (b"--x\r\ncontent-disposition: form-data; name=a\r\n\r\n" + b"x" * 65_536 for _ in range(40))
    assert client.post("/v1/imports", content=parts, headers=headers).status_code == 413


def test_unknown_import_is_404(client: TestClient) -> None:
    assert client.get("/v1/imports/x").status_code == 404
    assert client.get("/v1/imports/x.1").status_code == 404


def test_import_resumes_after_its_worker_stopped(
    settings: Settings, graph: Graph, tmp_path: Path, dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    messy_shop.write(tmp_path)
    # Without its lifespan, the application has no worker; the test runs the job itself.
    client = TestClient(create_app(settings, graph, keys=False), base_url="http://127.0.0.1")
    response = upload(client, tmp_path, infer_mapping(tmp_path, dataset, "Europe/Berlin"))
    load_batch, batches = StreamEngine._load_batch, list[object]()

    def stop_after_two_batches(*arguments: object) -> object:
        if len(batches) == 2:
            raise worker.WorkerStopped
        batches.append(load_batch(*arguments))  # type: ignore[arg-type]
        return batches[-1]

    with monkeypatch.context() as patch, pytest.raises(worker.WorkerStopped):
        patch.setattr(StreamEngine, "_load_batch", stop_after_two_batches)
        worker.work(graph, settings)
    job = client.get(response.headers["location"]).json()
    assert (job["state"], job["attempts"]) == ("waiting", 0)
    assert client.get(f"/v1/imports/{dataset}.1").json()["state"] == "interrupted"
    assert worker.work(graph, settings) == 1
    assert wait_for_job(client, response)["result"] == {"import": f"{dataset}.1"}
    (run,) = import_runs(graph, dataset)
    assert (run.state, run.read, run.rejected) == ("complete", 6987, 21)


def test_cancelled_import_stops_and_deletes_the_upload(
    settings: Settings, graph: Graph, tmp_path: Path, dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    messy_shop.write(tmp_path)
    client = TestClient(create_app(settings, graph, keys=False), base_url="http://127.0.0.1")
    response = upload(client, tmp_path, infer_mapping(tmp_path, dataset, "Europe/Berlin"))
    load_batch = StreamEngine._load_batch

    def cancel_and_load(*arguments: object) -> object:
        client.delete(response.headers["location"])
        time.sleep(2 * progress.HEARTBEAT_SECONDS)
        return load_batch(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(StreamEngine, "_load_batch", cancel_and_load)
    worker.work(graph, settings)
    assert wait_for_job(client, response)["state"] == "cancelled"
    stopped = client.get(f"/v1/imports/{dataset}.1").json()
    assert (stopped["state"], stopped["problem"]) == ("stopped", "It was cancelled.")
    assert stopped["read"] < 6987
    assert not list((settings.home / "uploads").glob("*"))
