"""Imports: idempotent, resumable, incremental, with rejected rows, and undone exactly."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from examples import messy_shop
from graph.connection import Graph, Row
from graph.datasets import describe_dataset
from graph.errors import DatasetLocked, ImportFailed, ImportStopped, InvalidRequest, NotReady, SchemaError
from graph.importing.adapters.complete_journey import complete_journey
from graph.importing.check import check_files
from graph.importing.engines import stream
from graph.importing.inference.infer import infer_mapping
from graph.importing.job import import_files, import_prepared
from graph.importing.mapping.model import parse_mapping, read_mapping
from graph.importing.report import ImportReport
from graph.importing.runs.records import find_import, import_runs
from graph.importing.undo import undo_import
from graph.progress import Silent
from graph.schema import migrate
from graph.settings import Settings
from tests.data import query, remove_dataset
from tests.shop import HEADER, Import, shop_mapping, write_shop

FEW_HOUSEHOLDS = 12


def content(graph: Graph, dataset: str) -> list[Row]:
    """Checksums of every property of every label and relationship type."""
    return graph.run("importing/content", dataset=dataset)


def test_repeated_import_changes_nothing(graph: Graph, settings: Settings, sample: ImportReport) -> None:
    before = content(graph, sample.dataset)
    description = describe_dataset(graph, sample.dataset)
    prepared = complete_journey(settings.cache, sample.dataset, 200)
    repeated = import_prepared(graph, settings, prepared, Silent())
    assert repeated.total.loaded == repeated.participations == 0
    assert repeated.total.unchanged == sample.total.loaded
    assert content(graph, sample.dataset) == before
    assert describe_dataset(graph, sample.dataset) == description


def test_participations_equal_those_counted_with_pandas(settings: Settings, sample: ImportReport) -> None:
    folder = complete_journey(settings.cache, sample.dataset, 200).folder
    frames = {path.stem: pd.read_parquet(path) for path in folder.glob("*.parquet")}
    campaigns = frames["campaigns"].rename(columns={"id": "campaign"})
    for column in ("starts", "ends"):
        local_time = pd.to_datetime(campaigns[column]).dt.tz_localize("America/New_York")
        campaigns[column] = local_time.dt.as_unit("s").astype("int64")
    targeted = frames["targetings"].merge(campaigns[["campaign", "starts", "ends"]])
    promoted = frames["promotions"][["campaign", "product"]].drop_duplicates()
    purchases = frames["purchases"].rename(columns={"object": "product"}).merge(promoted).merge(targeted)
    redemptions = frames["redemptions"].merge(targeted)
    count = sum(
        len(rows.query("starts <= at < ends")[["user", "campaign", "at"]].drop_duplicates())
        for rows in (purchases, redemptions)
    )
    assert sample.counts["participations"] == sample.participations == count > 1000


def test_interrupted_import_resumes(
    graph: Graph, settings: Settings, dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = f"{dataset}-whole"
    monkeypatch.setattr("graph.importing.reading.blocks.BLOCK_ROWS", 1000)
    import_prepared(graph, settings, complete_journey(settings.cache, whole, FEW_HOUSEHOLDS), Silent())
    batches_left = 30
    load_batch = stream.StreamEngine._load_batch

    def interrupt_after_some(self: stream.StreamEngine, *arguments: object) -> object:
        nonlocal batches_left
        batches_left -= 1
        if batches_left < 0:
            raise KeyboardInterrupt
        return load_batch(self, *arguments)  # type: ignore[arg-type]

    prepared = complete_journey(settings.cache, dataset, FEW_HOUSEHOLDS)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(stream.StreamEngine, "_load_batch", interrupt_after_some)
        import_prepared(graph, settings, prepared, Silent())
    assert content(graph, dataset) != content(graph, whole)
    report = import_prepared(graph, settings, prepared, Silent())
    assert report.run == "import/1"
    assert differences(graph, dataset, whole) == []
    assert [run.state for run in import_runs(graph, dataset)] == ["complete"]
    remove_dataset(graph, whole)


def differences(graph: Graph, first: str, second: str) -> list[Row]:
    """The differences between two data sets, except their names."""
    first_rows, second_rows = (
        [row for row in content(graph, dataset) if row["key"] != "dataset"] for dataset in (first, second)
    )
    only_first = [row for row in first_rows if row not in second_rows]
    only_second = [row for row in second_rows if row not in first_rows]
    return only_first + only_second


def test_only_new_rows_are_loaded(load: Import, shop: Path) -> None:
    assert load().counts["participations"] == 1
    with (shop / "orders.csv").open("a") as file:
        file.write("b,tea,2024-03-05 08:00,4\n")
    (shop / "orders-2.csv").write_text(HEADER + "a,tea,2024-03-09 08:00,4\n")
    report = load()
    assert (report.tables["behaviours"].loaded, report.tables["behaviours"].unchanged) == (2, 3)
    assert report.participations == 2
    assert report.counts["ordered"] == 5
    assert report.run == "import/2"


def test_only_new_rows_of_an_overlapping_file_are_loaded(load: Import, shop: Path) -> None:
    load()
    (shop / "orders.csv").write_text(
        HEADER + "b,mug,2024-03-03 11:00,8\na,tea,2024-05-01 09:00,3.5\nb,tea,2024-05-01 09:00,3.5\n"
    )
    report = load()
    assert (report.tables["behaviours"].loaded, report.tables["behaviours"].unchanged) == (1, 2)


def test_new_promotions_turn_earlier_behaviours_into_participations(load: Import, shop: Path) -> None:
    assert load().participations == 1
    (shop / "offers.csv").write_text("campaign,product\nF1,tea\nF1,mug\n")
    assert load().participations == 1


def test_duplicate_rows_are_kept_or_dropped(load: Import, shop: Path) -> None:
    row = "a,tea,2024-03-02 10:00,3.5\n"
    (shop / "orders.csv").write_text(HEADER + row * 3)
    assert load(duplicates="drop").tables["behaviours"].unchanged == 2
    (shop / "orders.csv").write_text(HEADER + row.replace("tea", "mug") * 3)
    assert load().tables["behaviours"].loaded == 3


def test_rows_with_unknown_users_are_rejected_and_loaded_later(load: Import, shop: Path) -> None:
    with (shop / "orders.csv").open("a") as file:
        file.write("nobody,tea,2024-03-05 08:00,4\na,tea,soon,4\n")
    report = load()
    assert report.rejects is not None
    rows = pd.read_csv(report.rejects, dtype=str, keep_default_na=False)
    assert [tuple(row) for row in rows.to_numpy()] == [
        ("orders.csv", "5", "user", "nobody", "is not among the users"),
        ("orders.csv", "6", "at", "soon", "is not a valid date from 1900 to 2199 (expected iso)"),
    ]
    with (shop / "users.csv").open("a") as file:
        file.write("nobody,Köln\n")
    report = load()
    assert (report.tables["behaviours"].loaded, report.tables["behaviours"].rejected) == (1, 1)


def test_discount_rates_and_thresholds_are_stored(
    graph: Graph, settings: Settings, shop: Path, dataset: str
) -> None:
    (shop / "offers.csv").write_text(
        "campaign,product,code,off\nF1,tea,,0.95\nF1,mug,C1,300:30\nnull,mug,,\n"
    )
    (shop / "orders.csv").write_text("user,product,at,off\na,tea,2024-03-02,20%\nb,mug,2024-03-03,\n")
    document = shop_mapping(dataset).model_dump(mode="json", exclude_unset=True)
    tables = document["tables"]
    columns = tables["promotions"][0]["columns"]
    columns |= {"coupon": "code", "discount": {"column": "off", "as": ["threshold", "paid_rate"]}}
    columns = tables["behaviours"][0]["columns"]
    del columns["value"]
    columns["discount"] = {"column": "off", "as": "rate"}
    report = import_files(graph, settings, shop, parse_mapping(document, "test"), Silent(), engine="stream")
    assert (report.total.rejected, report.tables["promotions"].left_out) == (0, 1)
    rows = query(
        graph,
        "MATCH ({dataset: $dataset})-[r:PROMOTES|DISCOUNTS|ORDERED]->(product:Product) "
        "RETURN type(r) AS type, product.id AS id, r.discount AS discount, r.discount_rate AS rate, "
        "r.minimum_spend AS minimum ORDER BY type, id",
        dataset=dataset,
    )
    assert [tuple(row.values()) for row in rows] == [
        ("DISCOUNTS", "mug", 30, None, 300),
        ("ORDERED", "mug", None, None, None),
        ("ORDERED", "tea", None, 0.2, None),
        ("PROMOTES", "mug", None, None, None),
        ("PROMOTES", "tea", None, 0.05, None),
    ]


def test_rows_left_out_are_counted(graph: Graph, load: Import, shop: Path, dataset: str) -> None:
    (shop / "targets.csv").write_text("user,campaign\na,F1\nb,\nc,null\n")
    report = load()
    targetings = report.tables["targetings"]
    assert (targetings.read, targetings.loaded, targetings.left_out) == (1, 1, 2)
    assert report.total.left_out == import_runs(graph, dataset)[0].left_out == 2


def test_warnings_are_stored_with_the_run(graph: Graph, load: Import, shop: Path, dataset: str) -> None:
    with (shop / "orders.csv").open("a") as file:
        file.write("a,tea,2024-03-05 08:00,-4\n")
    report = load()
    (warning,) = report.warnings
    assert (warning.code, warning.count, warning.examples) == ("negative_figures", 1, ["row 5: -4"])
    assert import_runs(graph, dataset)[0].warnings == report.warnings


def test_dates_of_both_orders_stop_the_import_before_it_begins(
    graph: Graph, settings: Settings, shop: Path, dataset: str
) -> None:
    orders = "a,tea,25/03/2024,1\nb,mug,03/04/2024,2\nb,mug,03/28/2024,2\n"
    (shop / "orders.csv").write_text(HEADER + orders)
    with pytest.raises(ImportFailed, match="row 4: '03/28/2024'.*row 2: '25/03/2024'"):
        import_files(graph, settings, shop, shop_mapping(dataset, times="%d/%m/%Y"), Silent())
    assert not import_runs(graph, dataset)


def test_unknown_users_are_added_if_the_mapping_allows_it(load: Import, shop: Path) -> None:
    (shop / "orders.csv").write_text(HEADER + "nobody,tea,2024-03-05 08:00,4\n")
    assert load(unknown={"users": "add"}).counts["users"] == 4


def test_import_stops_at_too_many_rejected_rows_and_resumes_when_allowed(
    graph: Graph, settings: Settings, load: Import, shop: Path, dataset: str
) -> None:
    with (shop / "orders.csv").open("a") as file:
        file.write("a,tea,soon,4\n" * 9)
    with pytest.raises(ImportStopped, match=r"import/1 stopped: 9 of \d+ rows"):
        load(max_rejected=0.1)
    (run,) = import_runs(graph, dataset)
    assert (run.state, run.rejected, run.read) == ("stopped", 9, run.loaded + 9)
    rejected = settings.home / "imports" / dataset / "1" / "rejected.csv"
    assert len(pd.read_csv(rejected)) == 9
    with pytest.raises(
        NotReady, match=rf"import/1 stopped, and the {run.loaded} rows that it loaded count once"
    ):
        describe_dataset(graph, dataset)
    strict_mapping = shop_mapping(dataset, max_rejected=0.1)
    report = import_files(graph, settings, shop, strict_mapping, Silent(), max_rejected=0.9)
    assert report.run == "import/1"
    assert report.total.rejected == 9
    # So does an import that retries the rows that an earlier one rejected.
    (shop / "orders-2.csv").write_text(HEADER + "b,tea,2024-03-04 10:00,1\n" + "b,tea,later,4\n" * 9)
    for _ in range(2):
        with pytest.raises(ImportStopped, match="import/2 stopped"):
            import_files(graph, settings, shop, strict_mapping, Silent())
    report = import_files(graph, settings, shop, strict_mapping, Silent(), max_rejected=0.9)
    assert (report.run, report.tables["behaviours"].loaded, report.total.rejected) == ("import/2", 1, 18)


def test_check_and_run_stop_at_the_same_limit(
    graph: Graph, settings: Settings, shop: Path, dataset: str
) -> None:
    # A tenth of the users is rejected, but few of all rows.
    users = "".join(f"{name},Ulm\n" for name in "abcdefghijklmnopqr")
    (shop / "users.csv").write_text("id,city\n" + users + ",\n" * 2)
    (shop / "orders.csv").write_text(HEADER + "a,tea,2024-03-02 10:00,3.5\n" * 400)
    mapping = shop_mapping(dataset, max_rejected=0.05)
    stopped = check_files(shop, mapping, Silent()).stopped
    assert stopped is not None
    with pytest.raises(ImportStopped) as error:
        import_files(graph, settings, shop, mapping, Silent(), engine="stream")
    assert str(error.value).partition(": ")[2] == str(stopped).partition(": ")[2]
    assert "2 of 20 rows were rejected in table users" in str(stopped)
    generous = shop_mapping(dataset, max_rejected={"users": 0.1})
    assert check_files(shop, generous, Silent()).stopped is None
    assert import_files(graph, settings, shop, generous, Silent(), engine="stream").total.rejected == 2


def test_new_values_replace_old_ones_and_undo_restores_them(
    graph: Graph, load: Import, shop: Path, dataset: str
) -> None:
    load()
    before = content(graph, dataset)
    (shop / "users.csv").write_text("id,city\na,Kiel\nb,Bonn\nc,Ulm\nd,Trier\n")
    (shop / "targets.csv").write_text("user,campaign\na,F1\nb,F1\nd,F1\n")
    (shop / "orders-2.csv").write_text(HEADER + "d,tea,2024-03-20 08:00,4\nd,cup,2024-03-20 08:00,4\n")
    second = load()
    assert second.tables["users"].loaded == 2
    assert city_of(graph, dataset, "a") == "Kiel"
    with pytest.raises(InvalidRequest, match="import/2 first|import/2 added"):
        undo_import(graph, dataset, 1, Silent())
    undone = undo_import(graph, dataset, 2, Silent())
    assert undone.changes == 1
    assert city_of(graph, dataset, "a") == "Ulm"
    assert content(graph, dataset) == before
    with pytest.raises(InvalidRequest, match="is already undone"):
        undo_import(graph, dataset, 2, Silent())
    assert load().run == "import/3"
    assert find_import(graph, dataset, 2).state == "undone"


def city_of(graph: Graph, dataset: str, user: str) -> object:
    (row,) = query(graph, "MATCH (u:User {dataset: $d, id: $u}) RETURN u.city AS city", d=dataset, u=user)
    return row["city"]


def test_undo_removes_everything(graph: Graph, load: Import, dataset: str) -> None:
    load()
    undo_import(graph, dataset, 1, Silent())
    assert content(graph, dataset) == []


def test_import_is_rejected_until_an_interrupted_undo_is_complete(
    graph: Graph, load: Import, dataset: str
) -> None:
    load()
    graph.run("undo/begin", dataset=dataset, **{"import": 1})
    with pytest.raises(ImportFailed, match="undone only in part"):
        load()
    undo_import(graph, dataset, 1, Silent())
    assert load().counts["users"] == 3


def test_import_derives_participations_that_an_interrupted_one_left_out(
    load: Import, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("graph.importing.job.derive_participations", interrupt)
        load()
    (shop / "users.csv").write_text("id,city\na,Ulm\nb,Bonn\nc,Ulm\ne,Ulm\n")
    report = load()
    assert report.run == "import/2"
    assert report.participations == 1


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def test_import_is_rejected_while_one_runs_on_another_host(graph: Graph, load: Import, dataset: str) -> None:
    query(
        graph,
        "CREATE (:Lock {dataset: $d, token: 'x', purpose: 'import', host: 'elsewhere', machine: 'elsewhere', "
        "process: '7 1', heartbeats: 1, since: datetime(), expires_at: datetime() + duration('PT30S')})",
        d=dataset,
    )
    with pytest.raises(DatasetLocked, match="the import of process 7 on elsewhere"):
        load()
    query(graph, "MATCH (l:Lock {dataset: $d}) SET l.expires_at = datetime() - duration('PT1S')", d=dataset)
    assert load().total.loaded


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda shop: (shop / "orders.csv").unlink(), r"table behaviours: no file matches 'orders\*.csv'"),
        (
            lambda shop: (shop / "users.csv").write_text("key,city\na,Ulm\n"),
            "users.csv has no column id; its columns are key",
        ),
        (lambda shop: (shop / "users.csv").write_text("id,id\na,b\n"), "column name id occurs twice"),
        (
            lambda shop: (shop / "users.csv").write_bytes(b"\x1f\x8b\x08\0broken"),
            "users.csv cannot be read to the end",
        ),
    ],
)
def test_unreadable_files_are_rejected_by_name(
    load: Import, shop: Path, damage: Callable[[Path], None], message: str
) -> None:
    damage(shop)
    with pytest.raises(ImportFailed, match=message):
        load()


def test_empty_files_have_no_rows(load: Import, shop: Path) -> None:
    (shop / "orders.csv").write_text(HEADER)
    (shop / "targets.csv").write_text("")
    report = load()
    assert report.tables["users"].loaded == 3
    assert "behaviours" not in report.tables


def test_messy_shop_is_imported_with_its_inferred_mapping(
    graph: Graph, settings: Settings, tmp_path: Path, dataset: str
) -> None:
    messy_shop.write(tmp_path)
    (tmp_path / "groundswell.yaml").write_text(infer_mapping(tmp_path, dataset, "Europe/Berlin"))
    report = import_files(graph, settings, tmp_path, read_mapping(tmp_path / "groundswell.yaml"), Silent())
    assert {
        table: (counts.read, counts.loaded, counts.rejected, counts.unchanged)
        for table, counts in report.tables.items()
    } == {
        "users": (404, 400, 2, 2),
        "products": (60, 60, 0, 0),
        "campaigns": (3, 2, 1, 0),
        "targetings": (500, 370, 10, 120),
        "promotions": (20, 20, 0, 0),
        "behaviours": (6000, 5992, 8, 0),
    }
    (row,) = query(graph, "MATCH (u:User {dataset: $d, id: 'K0001'}) RETURN u.name AS name", d=dataset)
    assert row["name"] in messy_shop._NAMES
    (row,) = query(
        graph, "MATCH (c:Campaign {dataset: $d, id: 'F1'}) RETURN toString(c.starts_at) AS s", d=dataset
    )
    assert str(row["s"]).startswith("2024-03-01T00:00")


def test_times_are_in_the_time_zone_of_the_data_set(graph: Graph, sample: ImportReport) -> None:
    (row,) = query(
        graph,
        "MATCH (:User {dataset: $d})-[p:PURCHASED]->() RETURN min(date(p.at)) AS first, "
        "max(date(p.at)) AS last, collect(DISTINCT p.at.timezone) AS zones",
        d=sample.dataset,
    )
    # In UTC, the last purchases would be in 2018.
    assert str(row["last"]) == "2017-12-31"
    assert str(row["first"]) == "2017-01-01"
    assert row["zones"] == ["America/New_York"]


def test_migrations_are_applied_once_and_changed_ones_rejected(graph: Graph) -> None:
    assert migrate(graph) == []
    (row,) = query(graph, "MATCH (m:Migration) WITH m ORDER BY m.version LIMIT 1 RETURN m.checksum AS c")
    change = "MATCH (m:Migration) WITH m ORDER BY m.version LIMIT 1 SET m.checksum = $c"
    query(graph, change, c="another")
    try:
        with pytest.raises(SchemaError, match="V001__keys differs"):
            migrate(graph)
    finally:
        query(graph, change, c=row["c"])


def test_rows_of_overlapping_files_are_warned_of(
    graph: Graph, settings: Settings, tmp_path: Path, dataset: str
) -> None:
    write_shop(tmp_path)
    (tmp_path / "orders_2.csv").write_text(
        (tmp_path / "orders.csv").read_text() + "c,tea,2024-05-02 09:00,3\n"
    )
    report = import_files(graph, settings, tmp_path, shop_mapping(dataset), Silent(), engine="stream")
    assert {warning.code: warning.count for warning in report.warnings}["repeated_rows"] == 3
