"""Zip archives: limits against decompression bombs, and safe unpacking."""

import errno
import shutil
import stat
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile, ZipInfo

from graph.errors import FolderUnusable, ImportFailed

MAX_BYTES = 32 << 30
MAX_RATIO = 250
"""Tables compress by 5 to 50, bombs by 1,000 and more."""
MAX_MEMBERS = 10_000
_SMALL = 64 << 20
"""Below this, the ratio does not matter."""
_CHUNK = 1 << 20
_MAX_LISTED = 5
_UNUSABLE = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS}


def check_size(path: Path, archive: ZipFile, max_bytes: int | None = None) -> None:
    """Raise ImportFailed where an archive would unpack to too many files or bytes."""
    max_bytes = MAX_BYTES if max_bytes is None else max_bytes
    members = archive.infolist()
    size = sum(member.file_size for member in members)
    packed = max(1, path.stat().st_size)
    too_large = size > max_bytes or (size > _SMALL and size > MAX_RATIO * packed)
    if too_large or len(members) > MAX_MEMBERS:
        raise ImportFailed(
            f"{path.name} would unpack to {size >> 20:,} MiB in {len(members):,} files, {size // packed:,} "
            f"times its size. At most {max_bytes >> 20:,} MiB, {MAX_MEMBERS:,} files and {MAX_RATIO} times "
            "are allowed.",
            "If it is what you expect, unpack it and import the files.",
        )


def unpack(path: Path, folder: Path) -> None:
    """Unpack an archive into `folder`, which must not exist; it appears only when complete.

    Raises
    ------
    ImportFailed
        It is damaged, encrypted, too large, or has a member outside of itself.
    FolderUnusable
        The disk has no room for it.
    """
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = Path(tempfile.mkdtemp(prefix=".unpacking-", dir=folder.parent))
    try:
        with open_archive(path) as archive:
            check_size(path, archive)
            _check_room(path, archive, partial)
            members = [member for member in archive.infolist() if not _is_ignored(member)]
            _refuse_equal_names(path, members)
            for member in members:
                _extract(path, archive, member, partial)
        partial.replace(folder)
    except OSError as error:
        if folder.is_dir():
            return  # Another process unpacked the same archive in the meantime.
        if error.errno in _UNUSABLE:
            raise FolderUnusable(
                f"{path.name} cannot be unpacked into {folder.parent} ({error.strerror}).",
                "Free room there, or set GROUNDSWELL_CACHE to another folder.",
            ) from error
        # Damaged positions and names inside the archive.
        raise _damaged(path, error) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def open_archive(path: Path) -> Iterator[ZipFile]:
    """Open a zip archive. Raises ImportFailed where it is damaged or encrypted."""
    try:
        with ZipFile(path) as archive:
            yield archive
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        # zipfile reports encryption and unknown methods of compression as RuntimeError.
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> ImportFailed:
    # zipfile quotes its own object where a member is encrypted.
    problem = "it has a password" if "is encrypted" in str(error) else error
    return ImportFailed(
        f"{path.name} cannot be unpacked: {problem}.",
        "Copy it again; an archive with a password or an unusual compression has to be unpacked by hand.",
    )


def _check_room(path: Path, archive: ZipFile, folder: Path) -> None:
    size = sum(member.file_size for member in archive.infolist())
    free = shutil.disk_usage(folder).free
    if size > free:
        raise FolderUnusable(
            f"{path.name} needs {size >> 20:,} MiB unpacked, and {folder.parent} has {free >> 20:,} free.",
            "Free room there, or set GROUNDSWELL_CACHE to another folder.",
        )


def _is_ignored(member: ZipInfo) -> bool:
    """Return whether a member is a folder or was added by macOS."""
    parts = PurePosixPath(member.filename).parts
    return member.is_dir() or "__MACOSX" in parts or (bool(parts) and parts[-1] == ".DS_Store")


def _refuse_equal_names(path: Path, members: list[ZipInfo]) -> None:
    """Refuse two members of one name: the second would overwrite the first."""
    counts = Counter(PurePosixPath(member.filename) for member in members)
    if equal := sorted(str(name) for name, count in counts.items() if count > 1):
        raise ImportFailed(
            f"{path.name} has several members named {', '.join(equal[:_MAX_LISTED])}.",
            "Pack the files again, each under a name of its own.",
        )


def _extract(path: Path, archive: ZipFile, member: ZipInfo, folder: Path) -> None:
    name = PurePosixPath(member.filename)
    outside = name.is_absolute() or ".." in name.parts or "\\" in member.filename or ":" in member.filename
    if outside or not name.parts or stat.S_ISLNK(member.external_attr >> 16):
        raise ImportFailed(
            f"{path.name}: its member {member.filename!r} is a link or lies outside of the archive.",
            "Pack the files again, without links and absolute paths.",
        )
    target = folder.joinpath(*name.parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    left = member.file_size
    with archive.open(member) as source, target.open("wb") as file:
        while chunk := source.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise BadZipFile(f"{member.filename} is larger than the archive states")
            file.write(chunk)
