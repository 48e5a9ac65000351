"""Backups: a restored database equals the original, and a damaged backup is rejected."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from examples import messy_shop
from graph.connection import connect
from graph.errors import FolderUnusable, InvalidRequest, NotFound
from graph.importing.inference.infer import infer_mapping
from graph.importing.job import import_files
from graph.importing.mapping.model import read_mapping
from graph.progress import Silent
from graph.schema import migrations
from graph.server import local
from graph.server.backup import back_up, read_backup, restore
from graph.settings import Settings
from tests.command_line import groundswell
from tests.stores import restore_empty


@pytest.fixture
def homes(tmp_path: Path, cache: Path) -> Iterator[tuple[Settings, Settings]]:
    """A managed server with a data set, and an empty folder for another server."""
    original, copy = (
        Settings(GROUNDSWELL_HOME=tmp_path / name, GROUNDSWELL_CACHE=cache, NEO4J_URI=None) for name in "ab"
    )
    restore_empty(original.home, cache)
    local.up(original.home, cache)
    messy_shop.write(tmp_path / "shop")
    (tmp_path / "shop" / "groundswell.yaml").write_text(
        infer_mapping(tmp_path / "shop", "shop", "Europe/Berlin"), encoding="utf-8"
    )
    with connect(original) as graph:
        mapping = read_mapping(tmp_path / "shop" / "groundswell.yaml")
        import_files(graph, original, tmp_path / "shop", mapping, Silent(), engine="stream")
    original.checkpoints.mkdir(exist_ok=True)
    (original.checkpoints / "model").write_bytes(b"weights")
    yield original, copy
    for settings in (original, copy):
        local.reset(settings.home)


def content(settings: Settings) -> tuple[object, object]:
    """The content of the data set, and the applied migrations."""
    with connect(settings) as graph:
        return graph.run("importing/content", dataset="shop"), graph.run("schema/applied")


def number_of_nodes(settings: Settings) -> int:
    with connect(settings) as graph:
        return sum(row["number"] for row in graph.run("server/contents") if row["kind"] == "node")


def test_restored_backup_equals_the_original(homes: tuple[Settings, Settings], tmp_path: Path) -> None:
    original, copy = homes
    before = content(original)
    assert len(before[1]) == len(migrations())
    folder = tmp_path / "backup"
    backup = back_up(original, folder, Silent())
    assert backup.nodes["User"] > 300
    assert sum(backup.nodes.values()) == number_of_nodes(original)
    assert local.status(original.home) is not None  # The server is started again.
    assert content(original) == before

    assert restore(copy, folder, Silent()) == backup
    assert content(copy) == before
    assert (copy.checkpoints / "model").read_bytes() == b"weights"

    with pytest.raises(InvalidRequest, match="not empty"):
        back_up(original, folder, Silent())
    with pytest.raises(InvalidRequest, match="already"):
        restore(copy, folder, Silent())
    result = groundswell("db", "restore", str(folder), "--replace", "--home", str(copy.home))
    assert "the server is running" in result.stdout.replace("\n", " "), result.stderr
    assert content(copy) == before

    # A damaged or incomplete backup leaves the database as it is.
    def rejection(*damaged: tuple[Path, bytes]) -> str:
        originals = [(path, path.read_bytes()) for path, _ in damaged]
        for path, content_ in damaged:
            path.write_bytes(content_)
        with pytest.raises(FolderUnusable) as rejected:
            restore(copy, folder, Silent(), replace=True)
        for path, original_content in originals:
            path.write_bytes(original_content)
        assert local.status(copy.home) is not None
        assert content(copy) == before
        assert (copy.checkpoints / "model").read_bytes() == b"weights"
        assert not (copy.home / "restored").exists()
        return str(rejected.value)

    dump, contents, model = folder / "neo4j.dump", folder / "backup.json", folder / "checkpoints" / "model"
    changed = dump.read_bytes()[:-1] + b"!"
    assert "checksum of neo4j.dump is wrong" in rejection((dump, changed))
    assert "checkpoints/model is missing or differs" in rejection((model, b"other weights"))
    # With a matching checksum, too: what counts is the copy itself.
    cut = dump.read_bytes()[:-5000]
    described = json.loads(contents.read_text()) | {"sha256": hashlib.sha256(cut).hexdigest()}
    assert "cannot be read" in rejection((dump, cut), (contents, json.dumps(described).encode()))
    described = json.loads(contents.read_text())
    described["nodes"]["User"] += 1
    assert "incomplete" in rejection((contents, json.dumps(described).encode()))
    with pytest.raises(NotFound, match="no backup"):
        read_backup(tmp_path / "shop")
