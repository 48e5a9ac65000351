"""A managed server of their own: bulk imports, and servers and clients killed in the middle."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from benchmarks import kills
from examples import messy_shop
from graph.connection import Graph, Row, connect
from graph.errors import ImportFailed, ImportStopped, InvalidRequest
from graph.importing import bulk
from graph.importing.adapters.complete_journey import complete_journey
from graph.importing.infer_mapping import infer_mapping
from graph.importing.job import Engine, ImportReport, import_files, import_prepared
from graph.importing.mapping import Mapping, parse_mapping, read_mapping
from graph.importing.runs import import_runs
from graph.importing.undo import undo_import
from graph.progress import Silent
from graph.server import local
from graph.settings import Settings
from tests.data import HOUSEHOLDS, query
from tests.stores import restore_empty


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Iterator[Settings]:
    """A managed server, whatever database the other tests use."""
    home = tmp_path_factory.mktemp("own")
    settings = Settings(GROUNDSWELL_HOME=home, GROUNDSWELL_CACHE=cache, NEO4J_URI=None)
    restore_empty(home, cache)
    local.up(settings.home, cache)
    yield settings
    local.reset(settings.home)


@pytest.fixture
def own(server: Settings) -> Settings:
    """That server with an empty database."""
    local.up(server.home, server.cache)
    with connect(server) as graph:
        query(
            graph,
            "MATCH (n) WHERE NOT n:Migration CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS",
        )
    return server


def content(graph: Graph, dataset: str) -> list[Row]:
    return [row for row in graph.run("importing/content", dataset=dataset) if row["key"] != "dataset"]


@pytest.fixture
def messy(tmp_path: Path) -> Path:
    """The careless folder, with everything that a mapping can say."""
    folder = tmp_path / "shop"
    messy_shop.write(folder)
    (folder / "groundswell.yaml").write_text(infer_mapping(folder, "shop", "Europe/Berlin"))
    (folder / "tags.jsonl").write_text(
        '{"id": "tea", "text": "drinks\\ntea"}\n{"id": "mug", "text": "breaks mugs"}\n'
    )
    (folder / "who.csv").write_text(
        "user,tag,since\nK0001,tea,2024-01-05\nK0002,mug,\nK0001,tea,2024-01-05\nK0001,pot,\n"
    )
    (folder / "ties.csv").write_text("a,b\nK0001,K0002\nK0002,K0001\nK0001,K0002\n")
    (folder / "codes.csv").write_text("code,campaign\nC1,F1\nC1,S1\nC2,F1\nC2,F1\n")
    (folder / "by_code.csv").write_text("campaign,sku,code\nF1,A001,C1\nF1,A001,\nS1,A003,C1\nS1,A003,C9\n")
    moments = pd.to_datetime(["2024-03-05T10:00", "2024-10-27T02:30"])
    used = pd.DataFrame({"user": ["K0001", "K0002"], "code": ["C1", "C1"], "at": moments})
    used.to_parquet(folder / "used.parquet")
    return folder


def full_mapping(folder: Path) -> Mapping:
    said = read_mapping(folder / "groundswell.yaml").model_dump(exclude_unset=True, mode="json")
    tables = said["tables"]
    tables["tags"] = {"files": "tags.jsonl", "columns": {"id": "id", "text": "text"}}
    tables["user_tags"] = {"files": "who.csv", "columns": {"user": "user", "tag": "tag", "at": "since"}}
    tables["ties"] = {"files": "ties.csv", "columns": {"source": "a", "target": "b"}}
    tables["coupons"] = {"files": "codes.csv", "columns": {"id": "code", "campaign": "campaign"}}
    columns = {"campaign": "campaign", "product": "sku", "coupon": "code"}
    tables["promotions"].append({"files": "by_code.csv", "columns": columns})
    used = {"files": "used.parquet", "columns": {"user": "user", "object": "code", "at": "at"}}
    tables["behaviours"].append({**used, "constants": {"kind": "redemption"}})
    said["kinds"]["redemption"] = {"type": "REDEEMED", "object": "coupon", "weight": 3, "counts": "named"}
    return parse_mapping(said, "test")


def test_both_engines_make_the_same_graph(own: Settings, messy: Path) -> None:
    with connect(own) as graph:
        said = full_mapping(messy)
        bulked = import_files(graph, own, messy, said, Silent(), engine="bulk")
        assert bulked.engine == "bulk"
        by_bulk = content(graph, "shop")
        rejected = pd.read_csv(bulked.rejects or "", dtype=str)
        # What was loaded in bulk is known afterwards, and goes on being known row by row.
        again = import_files(graph, own, messy, said, Silent())
        assert (again.engine, again.total.loaded) == ("stream", 0)
        assert again.total.rejected == bulked.total.rejected
        assert content(graph, "shop") == by_bulk
        undo_import(graph, "shop", 1, Silent())
        assert content(graph, "shop") == []
        with pytest.raises(InvalidRequest, match="not empty"):
            local_run(graph)
            import_files(graph, own, messy, said, Silent(), engine="bulk")
        streamed = import_files(graph, own, messy, said, Silent(), engine="stream")
        assert streamed.tables == bulked.tables
        pd.testing.assert_frame_equal(pd.read_csv(streamed.rejects or "", dtype=str), rejected)
        assert without_jobs(content(graph, "shop")) == without_jobs(by_bulk)


def local_run(graph: Graph) -> None:
    query(graph, "CREATE (:User {dataset: 'other', id: 'x'})")


def without_jobs(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["key"] != "import"]


def test_large_sources_are_imported_in_bulk_and_hold_the_same(
    own: Settings, sample: ImportReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph.importing.job._BULK_ROWS", 1000)
    with connect(own) as graph:
        report = import_prepared(graph, own, complete_journey(own.cache, "cj", HOUSEHOLDS), Silent())
        assert report.engine == "bulk"
        assert (report.tables, report.counts) == (sample.tables, sample.counts)


def test_interrupted_bulk_import_is_repeated_and_an_interrupted_swap_is_finished(
    own: Settings, messy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mapping = full_mapping(messy)

    def interrupted_in(function: str, engine: Engine = "bulk") -> None:
        with connect(own) as graph, monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(function, interrupt)
            import_files(graph, own, messy, mapping, Silent(), engine=engine)

    interrupted_in("graph.importing.bulk.build_store")
    interrupted_in("graph.importing.bulk.replace_store")
    interrupted_in("graph.server.bulk.finish_swap")
    local.up(own.home, own.cache)  # It finishes the swap.
    interrupted_in("graph.importing.job.derive_participations", "auto")
    with connect(own) as graph:
        report = import_files(graph, own, messy, mapping, Silent())
        assert report.run == "import/1"
        assert report.counts["users"] == 400
        assert report.participations > 0
        assert [run.state for run in import_runs(graph, "shop")] == ["complete"]


def interrupt(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_bulk_import_stopped_for_rejected_rows_does_not_touch_the_database(
    own: Settings, messy: Path
) -> None:
    with connect(own) as graph:
        with pytest.raises(ImportStopped):
            import_files(graph, own, messy, full_mapping(messy), Silent(), engine="bulk", max_rejected=0)
        assert content(graph, "shop") == []


def test_bulk_import_does_not_overwrite_data_loaded_meanwhile(
    own: Settings, messy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connect(own) as graph:
        monkeypatch.setattr(bulk, "build_store", lambda *_: local_run(graph))
        with pytest.raises(ImportFailed, match="Another client loaded data"):
            import_files(graph, own, messy, full_mapping(messy), Silent(), engine="bulk")
        assert [row["id"] for row in query(graph, "MATCH (u:User) RETURN u.id AS id")] == ["x"]
        again = import_files(graph, own, messy, full_mapping(messy), Silent())
        assert (again.engine, again.run) == ("stream", "import/1")


def test_error_of_the_bulk_importer_is_reported(
    own: Settings, messy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "graph.importing.csv_files.CsvFiles.arguments", lambda _files: ["--nodes=nothing.csv"]
    )
    with connect(own) as graph, pytest.raises(ImportFailed, match="bulk importer failed"):
        import_files(graph, own, messy, full_mapping(messy), Silent(), engine="bulk")


@pytest.mark.parametrize("points", [1, pytest.param(10, marks=pytest.mark.slow)])
def test_killed_client_or_server_leaves_the_same_graph(own: Settings, points: int) -> None:
    assert kills.kill_many(own, 8, points, seed=3) == {"client": (points, points), "server": (points, points)}
