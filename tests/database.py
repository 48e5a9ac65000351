"""A real Neo4j for the tests: NEO4J_URI if set, else a container, else the managed local server.

At NEO4J_URI, every test data set has a unique name and is removed at the end. The managed server starts from
a stored copy of the sample, its network and its model (see `tests.stores`).
"""

import os
import socket
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import docker
import pytest
from docker.errors import DockerException
from testcontainers.community.neo4j import Neo4jContainer

from forecasting.training import ModelRun, train
from graph.connection import Graph, connect
from graph.importing.adapters.complete_journey import complete_journey
from graph.importing.job import import_files, import_prepared
from graph.importing.report import ImportReport
from graph.progress import Silent
from graph.schema import migrate
from graph.server import local
from graph.settings import Settings
from network.build import NetworkRun, build_network
from tests.data import CUTOFF, HOUSEHOLDS, remove_dataset, text_encoder
from tests.order_exports import OrderExports
from tests.shop import Import, shop_mapping, write_shop
from tests.stores import QUICK, restore_empty, restore_sample, sample_report


@pytest.fixture(scope="session", autouse=True)
def default_port_in_use() -> Iterator[None]:
    """Occupy the API's default port, as `make demo` does: every test must serve on a free port."""
    from cli.serve import DEFAULT_PORT

    with socket.socket() as occupant:
        with suppress(OSError):  # Another program occupies it already.
            occupant.bind(("127.0.0.1", DEFAULT_PORT))
            occupant.listen()
        yield


@pytest.fixture(scope="session")
def cache() -> Path:
    """The user's own cache folder, so that the runtime is downloaded once and not in every test run."""
    return Settings().cache


@pytest.fixture(scope="session")
def managed_home(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, cache: Path
) -> Iterator[Path]:
    """The home of a managed server that runs for the whole session, with the sample if a test needs it."""
    home = tmp_path_factory.mktemp("home")
    if any("sample" in getattr(item, "fixturenames", ()) for item in request.session.items):
        restore_sample(home, cache)
    else:
        restore_empty(home, cache)
    local.up(home, cache)
    yield home
    local.reset(home)


@pytest.fixture(scope="session")
def settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings with the database of this test session."""
    if "NEO4J_URI" in os.environ:
        yield Settings().model_copy(update={"home": tmp_path_factory.mktemp("home")})
    elif _docker_is_available():
        image = os.environ.get("NEO4J_IMAGE", "neo4j:5.26-community")
        container = Neo4jContainer(image).with_env("NEO4J_PLUGINS", '["graph-data-science"]')
        with container:
            yield Settings(
                GROUNDSWELL_HOME=tmp_path_factory.mktemp("home"),
                NEO4J_URI=container.get_connection_url(),
                NEO4J_PASSWORD=container.password,
            )
    else:
        yield Settings(GROUNDSWELL_HOME=request.getfixturevalue("managed_home"))


def _docker_is_available() -> bool:
    # Without an engine, the client would leave an unclosed socket.
    if not ("DOCKER_HOST" in os.environ or Path("/var/run/docker.sock").exists()):
        return False
    # With a given version, the client connects only at the ping, and can then be closed.
    client = docker.from_env(version="1.41", timeout=3)
    try:
        return bool(client.ping())
    except (DockerException, OSError):
        return False
    finally:
        client.close()


@pytest.fixture(scope="session")
def graph(settings: Settings) -> Iterator[Graph]:
    """A connection to that database, with the current schema."""
    with connect(settings) as connection:
        migrate(connection)
        yield connection


@pytest.fixture
def dataset(graph: Graph) -> Iterator[str]:
    """The name of an empty data set, removed after the test."""
    name = f"test-{uuid.uuid4()}"
    yield name
    remove_dataset(graph, name)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder with the exports of a small shop."""
    folder = tmp_path / "shop"
    folder.mkdir()
    write_shop(folder)
    return folder


@pytest.fixture
def load(graph: Graph, settings: Settings, shop: Path, dataset: str) -> Import:
    """A function that imports the shop's folder, with changes to its mapping."""

    def run(**changes: object) -> ImportReport:
        rules = shop_mapping(dataset, **changes)
        return import_files(graph, settings, shop, rules, Silent(), engine="stream")

    return run


@pytest.fixture
def exports(graph: Graph, settings: Settings, tmp_path: Path, dataset: str) -> OrderExports:
    """A shop that imports its exports of orders one by one."""
    return OrderExports(graph, settings, tmp_path, dataset)


@pytest.fixture(scope="session")
def sample(graph: Graph, settings: Settings) -> Iterator[ImportReport]:
    """A sample of the Complete Journey, which tests must not change."""
    if settings.neo4j_uri is None:
        yield sample_report(settings.home)
        return
    name = f"test-sample-{uuid.uuid4()}"
    prepared = complete_journey(settings.cache, name, HOUSEHOLDS)
    yield import_prepared(graph, settings, prepared, Silent())
    remove_dataset(graph, name)


@pytest.fixture(scope="session")
def network(graph: Graph, sample: ImportReport) -> NetworkRun:
    """The sample's spreading network, which a restored database contains."""
    return build_network(graph, sample.dataset, Silent(), encoder=text_encoder(), cutoff=CUTOFF)


@pytest.fixture(scope="session")
def model(graph: Graph, settings: Settings, sample: ImportReport, network: NetworkRun) -> ModelRun:
    """A briefly trained model of the sample, which a restored home contains."""
    return train(graph, settings, sample.dataset, Silent(), cutoff=network.cutoff, configuration=QUICK)
