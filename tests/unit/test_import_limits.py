"""Files that would fill memory, or that no reader gets to the end of, are refused in words."""

import errno
import gzip
from pathlib import Path

import pytest

from api.problems import status_of
from graph.errors import FolderUnusable, ImportFailed
from graph.importing import blocks
from graph.importing.mapping import Source
from graph.importing.uploads import receive
from graph.settings import Settings


def test_what_unpacks_without_end_is_refused_before_it_fills_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "_LONGEST_LINE", 1 << 20)
    monkeypatch.setattr(blocks, "_LARGEST_BLOCK", 4 << 20)
    one_line, many = tmp_path / "one.csv.gz", tmp_path / "many.csv.gz"
    with gzip.open(one_line, "wb") as packed:
        packed.write(b"\0" * (64 << 20))
    with gzip.open(many, "wb") as packed:
        packed.write(b"a\n" + (b"x" * 99_999 + b"\n") * 300)
    for file, said in ((one_line, "no line break"), (many, "more than 4 MiB")):
        with pytest.raises(ImportFailed, match=said):
            list(blocks.read_blocks(file, Source(files=[file.name]), ["a"]))


def test_a_quotation_mark_left_open_is_told(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text('a\n1\n"' + "2\n" * 100_000)
    with pytest.raises(ImportFailed, match="quotation mark|field larger"):
        list(blocks.read_blocks(file, Source(files=["x.csv"], multiline=True), ["a"]))


def test_a_delivery_that_finds_no_room_is_503_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FolderUnusable, match="full") as raised, receive(Settings(GROUNDSWELL_HOME=tmp_path)):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert status_of(raised.value) == 503
    assert not list((tmp_path / "imports").iterdir())
    with pytest.raises(PermissionError), receive(Settings(GROUNDSWELL_HOME=tmp_path)):
        raise PermissionError(errno.EACCES, "Permission denied")
