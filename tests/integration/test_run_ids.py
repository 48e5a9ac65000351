"""Data sets have runs of the same ids, and never see each other's."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from graph.connection import Graph, connect
from graph.importing.adapters.complete_journey import complete_journey
from graph.importing.job import import_prepared
from graph.importing.report import ImportReport
from graph.progress import Silent
from graph.settings import Settings
from network.build import build_network
from network.runs import NetworkRun, networks
from tests.command_line import database_environment, groundswell
from tests.data import CAMPAIGN, CUTOFF, text_encoder

FEW_HOUSEHOLDS = 60


@pytest.fixture
def client(settings: Settings, graph: Graph) -> Iterator[TestClient]:
    assert graph
    app = create_app(settings, connect(settings), keys=False)
    yield TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)


def responses(client: TestClient, dataset: str, user: str) -> dict[str, object]:
    """Everything that the API returns about a data set's runs and results."""
    paths = [
        "networks",
        "models",
        "tags",
        "imports",
        "campaigns",
        f"users/{user}",
        f"users/{user}/neighbourhood",
    ]
    parts = [
        "",
        "/key-users",
        "/neighbour-groups",
        "/network",
        "/influence",
        "/influence/groups",
        "/likely-users",
    ]
    paths += [f"campaigns/{CAMPAIGN}{part}" for part in parts]
    return {path: client.get(f"/v1/{path}", params={"dataset": dataset}).json() for path in paths}


def test_runs_of_another_data_set_with_the_same_ids_change_nothing(
    client: TestClient,
    graph: Graph,
    settings: Settings,
    sample: ImportReport,
    network: NetworkRun,
    dataset: str,
) -> None:
    user = client.get(f"/v1/campaigns/{CAMPAIGN}/key-users", params={"dataset": sample.dataset}).json()[0][
        "user"
    ]
    before = responses(client, sample.dataset, user)
    report = import_prepared(
        graph, settings, complete_journey(settings.cache, dataset, FEW_HOUSEHOLDS), Silent()
    )
    other = build_network(graph, dataset, Silent(), encoder=text_encoder(), cutoff=CUTOFF)
    assert (report.run, other.id) == (sample.run, network.id)  # The same ids
    assert other.users < network.users
    assert responses(client, sample.dataset, user) == before
    own = responses(client, dataset, user)
    assert own["networks"] != before["networks"]
    assert own[f"campaigns/{CAMPAIGN}/network"] != before[f"campaigns/{CAMPAIGN}/network"]

    ids = [f"{name}.1" for name in (sample.dataset, dataset)]
    first, second = (client.get(f"/v1/imports/{import_id}").json() for import_id in ids)
    assert [first["id"], second["id"]] == ids
    assert first["read"] > second["read"]
    assert client.get("/v1/imports/import/1").status_code == 404

    environment = database_environment(settings)
    removed = groundswell("network", "remove", str(CUTOFF), "--dataset", dataset, **environment)
    assert removed.returncode == 0, removed.stderr
    wrong = groundswell("import", "undo", ids[0], "--dataset", dataset, **environment)
    assert wrong.returncode != 0
    assert "is not an import" in wrong.stderr
    undone = groundswell("import", "undo", ids[1], **environment)
    assert undone.returncode == 0, undone.stderr
    assert networks(graph, dataset) == []
    assert responses(client, sample.dataset, user) == before
