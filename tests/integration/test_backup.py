"""A backup restores anywhere, whole; it takes no other's place, and a damaged one is told from a good one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from examples import messy_shop
from graph.connection import connect
from graph.errors import FolderUnusable, InvalidRequest, NotFound
from graph.importing.infer_mapping import infer_mapping
from graph.importing.job import import_files
from graph.importing.mapping import read_mapping
from graph.progress import Silent
from graph.schema import migrations
from graph.server import local
from graph.server.backup import back_up, read_backup, restore
from graph.settings import Settings
from tests.command_line import groundswell
from tests.stores import restore_empty


@pytest.fixture
def homes(tmp_path: Path, cache: Path) -> Iterator[tuple[Settings, Settings]]:
    """A managed server with a data set, and an empty folder for another."""
    made = tuple(
        Settings(GROUNDSWELL_HOME=tmp_path / name, GROUNDSWELL_CACHE=cache, NEO4J_URI=None) for name in "ab"
    )
    restore_empty(made[0].home, cache)
    local.up(made[0].home, cache)
    messy_shop.write(tmp_path / "shop")
    (tmp_path / "shop" / "groundswell.yaml").write_text(
        infer_mapping(tmp_path / "shop", "shop"), encoding="utf-8"
    )
    with connect(made[0]) as graph:
        mapping = read_mapping(tmp_path / "shop" / "groundswell.yaml")
        import_files(graph, made[0], tmp_path / "shop", mapping, Silent(), engine="stream")
    made[0].checkpoints.mkdir(exist_ok=True)
    (made[0].checkpoints / "model").write_bytes(b"weights")
    yield made[0], made[1]
    for one in made:
        local.reset(one.home)


def content(settings: Settings) -> tuple[object, object]:
    """Everything in the data set, and the schema."""
    with connect(settings) as graph:
        return graph.run("importing/content", dataset="shop"), graph.run("schema/applied")


def test_restored_backup_equals_the_original(homes: tuple[Settings, Settings], tmp_path: Path) -> None:
    one, other = homes
    before = content(one)
    assert len(before[1]) == len(migrations())
    folder = tmp_path / "backup"
    made = back_up(one, folder, Silent())
    assert made.nodes["User"] > 300
    assert local.status(one.home) is not None  # It ran, and runs again.
    assert content(one) == before

    assert restore(other, folder, Silent()) == made
    assert content(other) == before
    assert (other.checkpoints / "model").read_bytes() == b"weights"

    with pytest.raises(InvalidRequest, match="not empty"):
        back_up(one, folder, Silent())
    with pytest.raises(InvalidRequest, match="already"):
        restore(other, folder, Silent())
    told = groundswell("db", "restore", str(folder), "--replace", "--home", str(other.home))
    assert "the server is running" in told.stdout.replace("\n", " "), told.stderr
    assert content(other) == before

    dump = folder / "neo4j.dump"
    dump.write_bytes(dump.read_bytes()[:-1] + b"!")
    with pytest.raises(FolderUnusable, match="damaged"):
        restore(other, folder, Silent(), replace=True)
    assert content(other) == before
    with pytest.raises(NotFound, match="no backup"):
        read_backup(tmp_path / "shop")
