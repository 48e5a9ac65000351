"""Limits of imports: decompression bombs, unclosed quotation marks and full disks."""

import errno
import gzip
from pathlib import Path

import pytest

from api.problems import status_of
from graph.errors import FolderUnusable, ImportFailed
from graph.importing.mapping.source import Source
from graph.importing.reading import blocks
from graph.importing.uploads import receive
from graph.settings import Settings


def test_decompression_bomb_is_rejected_before_it_fills_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "_MAX_LINE_BYTES", 1 << 20)
    monkeypatch.setattr(blocks, "_MAX_BLOCK_BYTES", 4 << 20)
    one_line, many_lines = tmp_path / "one.csv.gz", tmp_path / "many.csv.gz"
    with gzip.open(one_line, "wb") as file:
        file.write(b"\0" * (64 << 20))
    with gzip.open(many_lines, "wb") as file:
        file.write(b"a\n" + (b"x" * 99_999 + b"\n") * 300)
    for path, message in ((one_line, "no line break"), (many_lines, "more than 4 MiB")):
        with pytest.raises(ImportFailed, match=message):
            list(blocks.read_blocks(path, Source(files=[path.name]), ["a"]))


def test_unclosed_quotation_mark_is_rejected(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text('a\n1\n"' + "2\n" * 100_000)
    with pytest.raises(ImportFailed, match="quotation mark|field larger"):
        list(blocks.read_blocks(file, Source(files=["x.csv"], multiline=True), ["a"]))


def test_upload_to_a_full_disk_is_503_and_leaves_no_files(tmp_path: Path) -> None:
    with pytest.raises(FolderUnusable, match="full") as error, receive(Settings(GROUNDSWELL_HOME=tmp_path)):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert status_of(error.value) == 503
    assert not list((tmp_path / "imports").iterdir())
    # Other errors of the file system pass through.
    with pytest.raises(PermissionError), receive(Settings(GROUNDSWELL_HOME=tmp_path)):
        raise PermissionError(errno.EACCES, "Permission denied")
