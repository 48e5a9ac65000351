"""Deliveries as .zip archives, and columns that are joined from other files."""

import json
import os
import stat
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from graph.errors import ImportFailed
from graph.importing.check import Check, check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import Mapping, mapping_path, parse_mapping
from graph.importing.mapping.source import Source
from graph.importing.mapping.yaml_text import load_yaml
from graph.importing.reading import archives
from graph.importing.reading.folders import UNPACKED, Folder
from graph.importing.reading.input_files import InputFiles, open_input_files
from graph.progress import Silent

FILES = {
    "users.csv": "id\na\nb\n",
    "c.csv": "id,s,e\nF,2024-03-01,2024-04-01\n",
    "orders.csv": "order,item,at\n1,tea,2024-03-02\n2,mug,2024-03-03\n3,mug,2024-03-04\n",
    "customers.csv": "nr,customer,at,city\n1,a,2020-01-01,Ulm\n2,b,2020-01-02,Bonn\n",
}


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUNDSWELL_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return folder


def pack(path: Path, files: dict[str, str | bytes] | dict[str, str] = FILES) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def mapping(prefix: str = "", user: str = "customer", **behaviours: Any) -> Mapping:
    join: dict[str, Any] = {"files": f"{prefix}customers.csv", "on": {"order": "nr"}}
    source: dict[str, Any] = {
        "files": f"{prefix}orders.csv",
        "columns": {"user": user, "object": "item", "at": "at"},
        "constants": {"kind": "order"},
        "join": behaviours.pop("joins", None) or [join | behaviours.pop("join", {})],
    }
    return parse_mapping(
        {
            "dataset": "x",
            "zone": "UTC",
            "max_rejected": 1,
            "tables": {
                "users": {"files": f"{prefix}users.csv", "columns": {"id": "id"}},
                "campaigns": {
                    "files": f"{prefix}c.csv",
                    "columns": {"id": "id", "starts": "s", "ends": "e"},
                },
                "behaviours": source | behaviours,
            },
            "kinds": {"order": {"type": "ORDERED"}},
        },
        "test",
    )


def check(folder: Path, rules: Mapping) -> Check:
    return check_files(folder, rules, Silent())


def opened(folder: Path, rules: Mapping) -> InputFiles:
    return open_input_files(folder, rules, Silent())


def test_rows_without_a_key_are_told_from_those_with_an_unknown_one(tmp_path: Path) -> None:
    (tmp_path / "codes.csv").write_text("code,campaign\nA,spring\n")
    orders = "user,product,at,code\na,tea,2024-03-01,\na,tea,2024-03-02,B\nb,tea,2024-03-03,A\n"
    (tmp_path / "orders.csv").write_text(orders)
    source = {
        "files": "orders.csv",
        "constants": {"kind": "purchase"},
        "columns": {"user": "user", "object": "product", "at": "at", "campaign": "campaign"},
        "join": [{"files": "codes.csv", "on": {"code": "code"}}],
    }
    document = {
        "version": 1,
        "dataset": "d",
        "zone": "UTC",
        "tables": {"behaviours": [source]},
        "kinds": {"purchase": {"type": "PURCHASED", "counts": "named"}},
    }
    report = check(tmp_path, parse_mapping(document, "test"))
    (warning,) = [found for found in report.warnings if found.code == "rows_without_partner"]
    assert "2 of 3 rows have no partner in codes.csv" in warning.text
    assert "in 1 of them, code is empty" in warning.text
    assert (warning.count, warning.examples) == (2, ["row 3: B"])


def test_own_columns_win_and_joined_ones_fill_the_rest(shop: Path) -> None:
    report = check(shop, mapping())
    rows = report.preview["behaviours"]
    assert [row["user"] for row in rows] == ["a", "b"]
    assert [row["at"] for row in rows] == [1_709_337_600_000, 1_709_424_000_000]
    warning = report.warnings[0]
    assert (warning.count, warning.examples) == (1, ["row 4: 3"])
    assert "1 of 3 rows have no partner in customers.csv" in warning.text
    assert [(error.row, error.column, error.reason) for _, error in report.examples] == [
        (4, "customer", "is missing")
    ]


def test_join_is_read_from_yaml() -> None:
    text = "{files: orders.csv, join: [{files: customers.csv, on: {order: nr}}]}"
    (join,) = Source.model_validate(load_yaml(text)).join
    assert (join.files, join.on, join.repeats) == (["customers.csv"], {"order": "nr"}, "reject")


def test_column_of_a_joined_file_can_be_named_explicitly(shop: Path) -> None:
    columns = {"user": "customer", "object": "item", "at": "customers.csv:at"}
    rows = check(shop, mapping(columns=columns)).preview["behaviours"]
    assert [row["at"] for row in rows] == [1_577_836_800_000, 1_577_923_200_000]


def test_column_that_no_file_has_is_an_error(shop: Path) -> None:
    with pytest.raises(ImportFailed, match=r"no column custmer \(did you mean customers.csv:customer\?\)"):
        check(shop, mapping(user="custmer"))
    with pytest.raises(ImportFailed, match=r"customers.csv has no column town"):
        check(shop, mapping(user="customers.csv:town"))
    with pytest.raises(ImportFailed, match=r"orders.csv has no column ordr \(did you mean order\?\)"):
        check(shop, mapping(join={"on": {"ordr": "nr"}}))


def test_repeated_key_is_an_error_unless_the_mapping_chooses(shop: Path) -> None:
    (shop / "customers.csv").write_text(FILES["customers.csv"] + "1,b,2020-01-01,Ulm\n2,b,2020-01-02,Bonn\n")
    with pytest.raises(ImportFailed, match="The key 1 .* customers.csv row 2 and customers.csv row 4"):
        check(shop, mapping())
    users = {
        choice: [row["user"] for row in check(shop, mapping(join={"repeats": choice})).preview["behaviours"]]
        for choice in ("first", "last")
    }
    assert users == {"first": ["a", "b"], "last": ["b", "b"]}


def test_several_keys_and_typed_ones_match_by_their_texts(shop: Path) -> None:
    (shop / "customers.json").write_text('[{"nr": 1.0, "p": " tea", "customer": "a"}, {"nr": 2, "p": "tea"}]')
    join = {"files": "customers.json", "on": {"order": "nr", "item": "p"}}
    report = check(shop, mapping(join=join))
    assert [row["user"] for row in report.preview["behaviours"]] == ["a"]
    assert report.warnings[0].examples == ["row 3: 2, mug", "row 4: 3, mug"]


def test_elements_of_a_list_are_joined_to_those_of_another_list_of_the_same_file(shop: Path) -> None:
    events = [
        {"metric": "m1", "item": "p", "at": "2020-01-01"},
        {"metric": "m2", "item": "q", "at": "2020-01-02"},
    ]
    metrics = [{"key": "m2", "user": "b"}, {"key": "m1", "user": "a"}]
    (shop / "events.json").write_text(json.dumps({"data": events, "included": metrics}))
    join = {"files": "events.json", "rows": "included", "on": {"metric": "key"}}
    columns = {"user": "user", "object": "item", "at": "at"}
    report = check(shop, mapping(files="events.json", rows="data", columns=columns, join=join))
    assert [(row["user"], row["object"]) for row in report.preview["behaviours"]] == [("a", "p"), ("b", "q")]


def test_key_may_come_from_a_file_that_is_joined_before(shop: Path) -> None:
    (shop / "cities.csv").write_text("name,state\nUlm,BW\nBonn,NW\n")
    joins = [
        {"files": "customers.csv", "on": {"order": "nr"}},
        {"files": "cities.csv", "on": {"city": "name"}},
    ]
    columns = {"user": "state", "object": "item", "at": "at"}
    (shop / "users.csv").write_text("id\nBW\nNW\n")
    report = check(shop, mapping(columns=columns, joins=joins))
    assert [row["user"] for row in report.preview["behaviours"]] == ["BW", "NW"]


def test_first_of_several_columns_with_a_value_is_taken(shop: Path) -> None:
    (shop / "orders.csv").write_text("order,item,sku\n1,-,a\n2,p,\n1, ,b\n2,q,c\n")
    columns = {"user": "customer", "object": ["item", "sku"], "at": "at"}
    report = check(shop, mapping(columns=columns, missing=["", "-"]))
    assert [row["object"] for row in report.preview["behaviours"]] == ["a", "p", "b", "q"]
    with pytest.raises(ImportFailed, match="has no column itm"):
        check(shop, mapping(columns=columns | {"object": ["itm", "sku"]}))


def test_changed_joined_file_is_read_again(shop: Path) -> None:
    rules = mapping()
    before, *_ = [file.digest for file in opened(shop, rules).inputs if file.table == "behaviours"]
    assert "customers.csv" in opened(shop, rules).files
    (shop / "customers.csv").write_text(FILES["customers.csv"] + "3,a,2020-01-03,Ulm\n")
    after, *_ = [file.digest for file in opened(shop, rules).inputs if file.table == "behaviours"]
    assert before != after
    assert [warning.code for warning in check(shop, rules).warnings] == ["no_participations"]


def test_archive_is_read_like_its_folder(shop: Path, tmp_path: Path) -> None:
    archive = pack(tmp_path / "export.zip")
    by_folder, by_archive = check(shop, mapping()), check(archive, mapping())
    assert by_archive.preview == by_folder.preview
    assert opened(archive, mapping()).containers == [archive]
    assert mapping_path(archive) == tmp_path / "export.yaml"
    assert mapping_path(shop) == shop / "groundswell.yaml"


def test_folder_may_hold_archives(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    archive = pack(folder / "export.zip")
    files = opened(folder, mapping("export.zip/"))
    assert [file.name for file in files.inputs] == [
        "export.zip/users.csv", "export.zip/c.csv", "export.zip/orders.csv",
    ]  # fmt: skip
    assert files.containers == [archive]
    assert check(folder, mapping("*.zip/")).tables["behaviours"].loaded == 2
    # An uploaded archive is the only file of its folder, and stands for it.
    assert check(folder, mapping()).tables["behaviours"].loaded == 2
    (folder / "other.csv").write_text("a\n1\n")
    with pytest.raises(ImportFailed, match="no file matches 'users.csv'"):
        check(folder, mapping())
    names = [file.name for file in Folder(folder).files()]
    assert names == sorted(f"export.zip/{name}" for name in FILES) + ["other.csv"]
    assert "export.zip/orders.csv" in infer_mapping(folder)


def test_archive_is_unpacked_once_and_deleted_a_day_after_its_last_use(tmp_path: Path) -> None:
    archive = pack(tmp_path / "export.zip")
    opened(archive, mapping())
    (folder,) = (tmp_path / "cache" / "unpacked").iterdir()
    inode = (folder / "users.csv").stat().st_ino
    opened(archive, mapping())
    assert (folder / "users.csv").stat().st_ino == inode
    old = time.time() - 90_000
    os.utime(folder, (old, old))
    opened(pack(tmp_path / "export.zip", FILES | {"more.csv": "a\n"}), mapping())
    assert not folder.exists()


def test_archive_of_an_upload_is_unpacked_inside_it(tmp_path: Path) -> None:
    upload = tmp_path / "upload-1"
    (upload / UNPACKED).mkdir(parents=True)
    pack(upload / "export.zip")
    assert check(upload, mapping("export.zip/")).tables["users"].loaded == 2
    assert not (tmp_path / "cache").exists()
    assert [file.name.partition("/")[0] for file in Folder(upload).files()] == ["export.zip"] * len(FILES)


@pytest.mark.parametrize(
    "name", ["../users.csv", "/users.csv", "a/../../users.csv", "C:\\users.csv", "a\\b.csv"]
)
def test_member_outside_of_the_archive_is_refused(tmp_path: Path, name: str) -> None:
    archive = pack(tmp_path / "export.zip", {name: "id\n"})
    with pytest.raises(ImportFailed, match="lies outside of the archive"):
        opened(archive, mapping())
    assert not list((tmp_path / "cache" / "unpacked").iterdir())


def test_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("users.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(ImportFailed, match="is a link"):
        opened(tmp_path / "export.zip", mapping())


@pytest.mark.parametrize(
    ("limit", "value", "message"),
    [
        ("MAX_RATIO", 20, "its size"),
        ("MAX_MEMBERS", 2, "in 4 files"),
        ("MAX_BYTES", 100, "would unpack"),
    ],
)
def test_bomb_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int, message: str
) -> None:
    monkeypatch.setattr(archives, "_SMALL", 1000)
    monkeypatch.setattr(archives, limit, value)
    archive = pack(tmp_path / "export.zip", FILES | {"users.csv": "id\n" + "a" * 100_000})
    with pytest.raises(ImportFailed, match=message):
        opened(archive, mapping())
    assert not list((tmp_path / "cache" / "unpacked").iterdir())


def test_damaged_archive_is_an_error(tmp_path: Path) -> None:
    archive = pack(tmp_path / "export.zip", FILES | {"big.csv": os.urandom(5000)})
    content = archive.read_bytes()
    for damaged in (b"", b"id\na\n", content[:-100], content[:4000] + b"x" * 50 + content[4050:]):
        archive.write_bytes(damaged)
        with pytest.raises(ImportFailed, match="export.zip cannot be unpacked"):
            opened(archive, mapping())
    assert not list((tmp_path / "cache" / "unpacked").iterdir())


def test_another_file_in_place_of_a_folder_is_an_error(shop: Path) -> None:
    with pytest.raises(ImportFailed, match="not a folder or a .zip file"):
        opened(shop / "users.csv", mapping())


def test_joined_file_may_have_line_breaks_in_its_values(shop: Path) -> None:
    (shop / "customers.csv").write_text('nr,customer,note\n1,a,"rings\ntwice"\n2,b,\n3,a,\n')
    check = check_files(shop, mapping(join={"multiline": True}), Silent())
    assert (check.tables["behaviours"].loaded, check.total.rejected) == (3, 0)
