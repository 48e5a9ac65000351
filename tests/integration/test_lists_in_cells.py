"""Lists of ids in the cells of a table of campaigns, in the graph."""

from pathlib import Path

from graph.connection import Graph
from graph.importing.inference.infer import infer_mapping
from graph.importing.job import import_files
from graph.importing.mapping.model import parse_mapping
from graph.importing.mapping.yaml_text import load_yaml
from graph.progress import Silent
from graph.settings import Settings
from tests.data import query

CAMPAIGNS = """\
id,start,end,products,sent to
C1,2024-03-01,2024-03-05,tea;cup,"ann,bob"
C2,2024-03-10,2024-03-15,tea,bob
"""
ORDERS = "user_id,sku,date\nann,tea,2024-03-02\nbob,cup,2024-03-03\nbob,milk,2024-03-12\nann,cup,2024-03-12\n"


def test_each_element_is_promoted_or_targeted_once(
    graph: Graph, settings: Settings, tmp_path: Path, dataset: str
) -> None:
    (tmp_path / "campaigns.csv").write_text(CAMPAIGNS)
    (tmp_path / "orders.csv").write_text(ORDERS)
    mapping = parse_mapping(load_yaml(infer_mapping(tmp_path, dataset, "UTC")), "test")
    report = import_files(graph, settings, tmp_path, mapping, Silent(), engine="stream")
    assert report.total.rejected == 0
    found = query(
        graph,
        "MATCH (a {dataset: $d})-[r:PROMOTES|TARGETED_BY|PARTICIPATED_IN]->(b) "
        "RETURN type(r) AS type, a.id AS source, b.id AS target ORDER BY type, source, target",
        d=dataset,
    )
    assert [tuple(row.values()) for row in found] == [
        ("PARTICIPATED_IN", "ann", "C1"),
        ("PARTICIPATED_IN", "bob", "C1"),
        ("PROMOTES", "C1", "cup"),
        ("PROMOTES", "C1", "tea"),
        ("PROMOTES", "C2", "tea"),
        ("TARGETED_BY", "ann", "C1"),
        ("TARGETED_BY", "bob", "C1"),
        ("TARGETED_BY", "bob", "C2"),
    ]
    repeated = import_files(graph, settings, tmp_path, mapping, Silent(), engine="stream")
    assert repeated.total.loaded == 0
