"""Bulk imports, and imports whose client or server is killed, on a managed server of their own."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from benchmarks import kills
from examples import messy_shop
from graph.connection import Graph, Row, connect
from graph.dataset_lock import lock_owners
from graph.errors import ImportFailed, ImportStopped, InvalidRequest
from graph.importing.adapters.complete_journey import complete_journey
from graph.importing.check import check_files
from graph.importing.engines import bulk
from graph.importing.inference.infer import infer_mapping
from graph.importing.job import Engine, import_files, import_prepared
from graph.importing.mapping.model import Mapping, parse_mapping, read_mapping
from graph.importing.report import ImportReport
from graph.importing.runs.records import import_runs
from graph.importing.undo import undo_import
from graph.progress import Silent
from graph.schema import migrate
from graph.server import local
from graph.settings import Settings
from tests.data import HOUSEHOLDS, query
from tests.orders import check_orders, orders_mapping
from tests.stores import restore_empty


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Iterator[Settings]:
    """A managed server, independent of the database of the other tests."""
    home = tmp_path_factory.mktemp("server")
    settings = Settings(GROUNDSWELL_HOME=home, GROUNDSWELL_CACHE=cache, NEO4J_URI=None)
    restore_empty(home, cache)
    local.up(settings.home, cache)
    yield settings
    local.reset(settings.home)


@pytest.fixture
def empty_server(server: Settings) -> Settings:
    """The server with an empty database."""
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
def messy_folder(tmp_path: Path) -> Path:
    """The messy shop, with files for every table of the data contract."""
    folder = tmp_path / "shop"
    messy_shop.write(folder)
    (folder / "groundswell.yaml").write_text(infer_mapping(folder, "shop", "Europe/Berlin"))
    (folder / "tags.jsonl").write_text(
        '{"id": "tea", "text": "drinks\\ntea"}\n{"id": "mug", "text": "breaks mugs"}\n'
    )
    (folder / "who.csv").write_text(
        "user,tag,since\nK0001,tea,2024-01-05\nK0002,mug,\nK0001,tea,2024-01-05\nK0001,pot,\n"
    )
    # Newest first, and without a time.
    (folder / "sent.csv").write_text(
        "user,campaign,sent\nK0001,S1,2024-06-09 10:00\nK0001,S1,2024-06-02 10:00\nK0002,S1,\n"
    )
    (folder / "ties.csv").write_text("a,b\nK0001,K0002\nK0002,K0001\nK0001,K0002\n")
    (folder / "codes.csv").write_text("code,campaign\nC1,F1\nC1,S1\nC2,F1\nC2,F1\n")
    (folder / "by_code.csv").write_text(
        "campaign,sku,code,off\nF1,A001,C1,20:5\nF1,A001,,0.9\nF1,A002,null,0.95\nS1,A003,C1,\n"
        "S1,A003,C9,\nnull,A003,,\n"
    )
    times = pd.to_datetime(["2024-03-05T10:00", "2024-10-27T02:30"])
    redemptions = pd.DataFrame(
        {"user": ["K0001", "K0002"], "code": ["C1", "C1"], "at": times, "utm": ["F1", "organic"]}
    )
    redemptions.to_parquet(folder / "redemptions.parquet")
    return folder


def full_mapping(folder: Path) -> Mapping:
    document = read_mapping(folder / "groundswell.yaml").model_dump(exclude_unset=True, mode="json")
    tables = document["tables"]
    tables["tags"] = {"files": "tags.jsonl", "columns": {"id": "id", "text": "text"}}
    tables["user_tags"] = {"files": "who.csv", "columns": {"user": "user", "tag": "tag", "at": "since"}}
    columns = {"user": "user", "campaign": "campaign", "at": "sent"}
    tables["targetings"].append({"files": "sent.csv", "columns": columns})
    tables["ties"] = {"files": "ties.csv", "columns": {"source": "a", "target": "b"}}
    tables["coupons"] = {"files": "codes.csv", "columns": {"id": "code", "campaign": "campaign"}}
    off = {"column": "off", "as": ["threshold", "paid_rate"]}
    columns = {"campaign": "campaign", "product": "sku", "coupon": "code", "discount": off}
    tables["promotions"].append({"files": "by_code.csv", "columns": columns})
    redemptions = {
        "files": "redemptions.parquet",
        "columns": {"user": "user", "object": "code", "at": "at", "campaign": "utm"},
        "constants": {"kind": "redemption"},
    }
    tables["behaviours"].append(redemptions)
    document["kinds"]["redemption"] = {
        "type": "REDEEMED", "object": "coupon", "weight": 3, "counts": "named",
    }  # fmt: skip
    return parse_mapping(document, "test")


def test_bulk_and_stream_engines_create_the_same_graph(empty_server: Settings, messy_folder: Path) -> None:
    with connect(empty_server) as graph:
        mapping = full_mapping(messy_folder)
        bulk_report = import_files(graph, empty_server, messy_folder, mapping, Silent(), engine="bulk")
        assert bulk_report.engine == "bulk"
        bulk_content = content(graph, "shop")
        bulk_rejects = pd.read_csv(bulk_report.rejects or "", dtype=str)
        # The next import recognises the rows that were loaded in bulk.
        repeated = import_files(graph, empty_server, messy_folder, mapping, Silent())
        assert (repeated.engine, repeated.total.loaded) == ("stream", 0)
        assert repeated.total.rejected == bulk_report.total.rejected
        assert content(graph, "shop") == bulk_content
        undo_import(graph, "shop", 1, Silent())
        assert content(graph, "shop") == []
        with pytest.raises(InvalidRequest, match="not empty"):
            create_user_of_another_dataset(graph)
            import_files(graph, empty_server, messy_folder, mapping, Silent(), engine="bulk")
        stream_report = import_files(graph, empty_server, messy_folder, mapping, Silent(), engine="stream")
        assert stream_report.tables == bulk_report.tables
        assert stream_report.warnings == bulk_report.warnings
        assert "unknown_campaigns" in [warning.code for warning in bulk_report.warnings]
        stream_rejects = pd.read_csv(stream_report.rejects or "", dtype=str)
        pd.testing.assert_frame_equal(stream_rejects, bulk_rejects)
        assert without_import_numbers(content(graph, "shop")) == without_import_numbers(bulk_content)


@pytest.mark.parametrize(
    ("columns", "changes", "loaded"), [({"id": "line"}, {}, 5), ({}, {"duplicates": "drop"}, 4)]
)
def test_repeated_rows_are_counted_alike_by_the_check_both_engines_and_the_graph(
    empty_server: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    columns: dict[str, object],
    changes: dict[str, object],
    loaded: int,
) -> None:
    monkeypatch.setattr("graph.importing.reading.blocks.BLOCK_ROWS", 3)
    header = "user,product,at,amount,line,campaign\n"
    # The first row is rejected, and so no earlier row of the second.
    june = (
        "a,tea,2024-03-01,7,1,GONE\na,tea,2024-03-01,0,1,F\na,tea,2024-03-01,0,1,F\n"
        "b,tea,2024-03-02,5,2,F\na,mug,2024-03-04,5,3,F\n"
    )
    july = (
        "b,tea,2024-03-02,5,2,F\na,tea,2024-03-01,0,1,F\na,mug,2024-03-04,5,4,F\nb,mug,2024-03-09,1,5,F\n"
    ) * 2
    check_orders(tmp_path, header + june, orders_mapping())
    (tmp_path / "orders-july.csv").write_text(header + july)
    columns = columns | {"campaign": "campaign"}
    document = orders_mapping(columns, **changes).model_dump(mode="json", exclude_unset=True)
    document["unknown"] = {"campaigns": "reject"}
    del document["tables"]["users"]
    document["tables"]["behaviours"][0] |= {"files": "orders*.csv", "replaces": []}
    mapping = parse_mapping(document, "test")
    check = check_files(tmp_path, mapping, Silent())
    with connect(empty_server) as graph:
        contents: list[list[Row]] = []
        engines: tuple[Engine, ...] = ("bulk", "stream")
        for engine in engines:
            report = import_files(graph, empty_server, tmp_path, mapping, Silent(), engine=engine)
            assert report.engine == engine
            behaviours = query(graph, "MATCH (:User {dataset: 'x'})-[b:ORDERED]->() RETURN count(b) AS n")
            assert report.tables["behaviours"].loaded == behaviours[0]["n"] == loaded
            assert report.tables == check.tables
            assert report.tally == check.tally.lines()
            zeros = [warning for warning in report.warnings if warning.code == "zero_amounts"]
            assert [warning.count for warning in zeros] == [1]
            assert zeros == [warning for warning in check.warnings if warning.code == "zero_amounts"]
            contents.append(without_import_numbers(content(graph, "x")))
            if engine == "bulk":
                undo_import(graph, "x", 1, Silent())
        assert contents[0] == contents[1]
        # The file grows: its new rows repeat some that were loaded before, with an odd amount.
        with (tmp_path / "orders-july.csv").open("a") as file:
            file.write("a,tea,2024-03-01,0,1,F\nb,tea,2024-03-20,3,6,F\n")
        grown = import_files(graph, empty_server, tmp_path, mapping, Silent(), engine="stream")
        assert grown.tally[0] == "order: 1 behaviours, 1 count."
        assert grown.tables["behaviours"].loaded == 1


def create_user_of_another_dataset(graph: Graph) -> None:
    query(graph, "CREATE (:User {dataset: 'other', id: 'x'})")


def without_import_numbers(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["key"] != "import"]


def test_large_source_is_imported_in_bulk_with_the_same_counts(
    empty_server: Settings, sample: ImportReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph.importing.job._BULK_ROWS", 1000)
    with connect(empty_server) as graph:
        report = import_prepared(
            graph, empty_server, complete_journey(empty_server.cache, "cj", HOUSEHOLDS), Silent()
        )
        assert report.engine == "bulk"
        assert (report.tables, report.counts) == (sample.tables, sample.counts)


def test_interrupted_bulk_import_is_repeated_and_an_interrupted_swap_completed(
    empty_server: Settings, messy_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mapping = full_mapping(messy_folder)

    def import_interrupted_in(function: str, engine: Engine = "bulk") -> None:
        with connect(empty_server) as graph, monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(function, interrupt)
            import_files(graph, empty_server, messy_folder, mapping, Silent(), engine=engine)

    import_interrupted_in("graph.importing.engines.bulk.build_store")
    import_interrupted_in("graph.importing.engines.bulk.replace_store")
    import_interrupted_in("graph.server.bulk.finish_swap")
    local.up(empty_server.home, empty_server.cache)  # The start completes the swap.
    import_interrupted_in("graph.importing.job.derive_participations", "auto")
    with connect(empty_server) as graph:
        report = import_files(graph, empty_server, messy_folder, mapping, Silent())
        assert report.run == "import/1"
        assert report.counts["users"] == 400
        assert report.participations > 0
        assert [run.state for run in import_runs(graph, "shop")] == ["complete"]


def test_data_set_stays_locked_while_a_bulk_import_replaces_the_database(
    empty_server: Settings, messy_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked = []

    def migrate_new_database(graph: Graph) -> list[str]:
        locked.append(lock_owners(graph))
        return migrate(graph)

    monkeypatch.setattr("graph.importing.job.migrate", migrate_new_database)
    with connect(empty_server) as graph:
        import_files(graph, empty_server, messy_folder, full_mapping(messy_folder), Silent(), engine="bulk")
        (owners,) = locked
        assert owners["shop"].purpose == "import"
        assert lock_owners(graph) == {}


def interrupt(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_bulk_import_stopped_for_rejected_rows_does_not_change_the_database(
    empty_server: Settings, messy_folder: Path
) -> None:
    with connect(empty_server) as graph:
        with pytest.raises(ImportStopped):
            import_files(
                graph,
                empty_server,
                messy_folder,
                full_mapping(messy_folder),
                Silent(),
                engine="bulk",
                max_rejected=0,
            )
        assert content(graph, "shop") == []


def test_bulk_import_does_not_overwrite_data_of_another_client(
    empty_server: Settings, messy_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connect(empty_server) as graph:
        monkeypatch.setattr(bulk, "build_store", lambda *_: create_user_of_another_dataset(graph))
        with pytest.raises(ImportFailed, match="Another client loaded data"):
            import_files(
                graph, empty_server, messy_folder, full_mapping(messy_folder), Silent(), engine="bulk"
            )
        assert [row["id"] for row in query(graph, "MATCH (u:User) RETURN u.id AS id")] == ["x"]
        repeated = import_files(graph, empty_server, messy_folder, full_mapping(messy_folder), Silent())
        assert (repeated.engine, repeated.run) == ("stream", "import/1")


def test_error_of_the_bulk_importer_is_reported(
    empty_server: Settings, messy_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "graph.importing.engines.csv_files.CsvFiles.arguments", lambda _files: ["--nodes=nothing.csv"]
    )
    with connect(empty_server) as graph, pytest.raises(ImportFailed, match="bulk importer failed"):
        import_files(graph, empty_server, messy_folder, full_mapping(messy_folder), Silent(), engine="bulk")


@pytest.mark.parametrize("points", [1, pytest.param(10, marks=pytest.mark.slow)])
def test_import_after_a_kill_of_client_or_server_gives_the_same_graph(
    empty_server: Settings, tmp_path: Path, points: int
) -> None:
    assert kills.kill_many(empty_server, tmp_path, 60, points, seed=3) == {
        f"{victim}, {command}": (points, points)
        for victim in ("client", "server")
        for command in ("first import", "corrected mapping")
    }
