"""A network stays in use until its rebuild is complete, also if the rebuild is killed."""

import subprocess
import sys
import time

from graph.connection import Graph
from graph.importing.report import ImportReport
from graph.progress import Silent
from graph.settings import Settings
from network import queries
from network.build import build_network
from network.runs import NetworkRun, networks
from tests.command_line import database_environment
from tests.data import CAMPAIGN, CUTOFF, query, text_encoder

MAX_SECONDS = 180


def contents(graph: Graph, dataset: str, run: str) -> dict[str, object]:
    """Number of results of each kind that a network run wrote, and its results for a campaign."""
    rows = query(
        graph,
        "MATCH (:User {dataset: $d})-[r]->() WHERE r.run = $r RETURN type(r) AS what, count(*) AS number "
        "UNION ALL MATCH (:NeighbourGroup {dataset: $d, run: $r}) "
        "RETURN 'groups' AS what, count(*) AS number "
        "UNION ALL MATCH (:Run {dataset: $d, id: $r})-[k:FOUND_KEY_TAG]->() "
        "RETURN 'key tags' AS what, count(*) AS number",
        d=dataset, r=run,
    )  # fmt: skip
    return {
        **{str(row["what"]): row["number"] for row in rows},
        "key users": queries.key_users(graph, dataset, CAMPAIGN, run),
        "groups of the campaign": queries.neighbour_groups(graph, dataset, CAMPAIGN, run),
    }


def test_network_stays_until_its_rebuild_is_complete(
    graph: Graph, settings: Settings, sample: ImportReport, network: NetworkRun
) -> None:
    dataset = sample.dataset
    before = contents(graph, dataset, network.id)
    command = ["network", "build", "--dataset", dataset, "--cutoff", str(CUTOFF), "--rebuild"]
    process = subprocess.Popen(
        [sys.executable, "-m", "cli.main", *command],
        env=settings.environment() | database_environment(settings),
        stdout=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + MAX_SECONDS
    rebuilt = f"{network.id}/rebuild"
    while not contents(graph, dataset, rebuilt).get("INFLUENCES"):
        assert process.poll() is None
        assert time.monotonic() < deadline
        assert contents(graph, dataset, network.id) == before
        time.sleep(0.1)
    process.kill()
    process.wait()
    assert contents(graph, dataset, network.id) == before
    assert network in networks(graph, dataset)

    assert build_network(graph, dataset, Silent(), cutoff=CUTOFF) == network  # It need not be built again.
    rebuilt_run = build_network(graph, dataset, Silent(), encoder=text_encoder(), cutoff=CUTOFF, rebuild=True)
    assert rebuilt_run == network
    assert contents(graph, dataset, network.id) == before
    remains = query(
        graph,
        "MATCH (n {dataset: $d}) WHERE n.id CONTAINS $r OR n.run = $r RETURN n.id AS id "
        "UNION ALL MATCH (:User {dataset: $d})-[r {run: $r}]->() RETURN type(r) AS id",
        d=dataset, r=rebuilt,
    )  # fmt: skip
    assert remains == []
