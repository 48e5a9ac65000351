"""The files of a folder or .zip archive that a pattern of the mapping matches, and the sheets of workbooks.

Archives are unpacked once, into a folder named by their checksum: in the cache folder, where those that no
import has used for a day are deleted, as they hold personal data; or in the folder itself if it has a
subfolder for them, as uploads do.
"""

import os
import shutil
import time
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import chain
from pathlib import Path, PurePosixPath

from graph.errors import ImportFailed
from graph.importing.mapping.source import Source
from graph.importing.reading import sheets
from graph.importing.reading.archives import unpack
from graph.importing.reading.data_files import divide_sheet, is_data, is_workbook
from graph.importing.reading.opening import checksum_of
from graph.settings import Settings

ZIP = ".zip"
UNPACKED = ".unpacked"
"""The subfolder for unpacked archives of a folder that is deleted as a whole."""
_STALE_SECONDS = 86_400
_MAPPING_SUFFIXES = {".yaml", ".yml"}


@dataclass(frozen=True)
class FoundFile:
    """A file that a pattern matches.

    Attributes
    ----------
    name
        Its path relative to the folder; `export.zip/orders.csv` for the member of an archive, and
        `shop.xlsx/Orders` for a sheet of a workbook.
    path
        The file itself.
    container
        The file of the folder that holds it: the archive, or the file itself.
    sheet
        The sheet, where the pattern names one.
    """

    name: str
    path: Path
    container: Path
    sheet: str | None = None

    def read_as(self, source: Source) -> Source:
        """Return `source` with the sheet of this file, if it is one. Raises ImportFailed for two sheets."""
        if self.sheet is None:
            return source
        if source.sheet not in (None, self.sheet):
            raise ImportFailed(
                f"The mapping names two sheets of {self.path.name}: {self.sheet!r} in `files`, and "
                f"{source.sheet!r} in `sheet`.",
                "Remove `sheet`, or the sheet's name from `files`.",
            )
        return source.model_copy(update={"sheet": self.sheet})


class Folder:
    """A folder with files, or a .zip archive used as one.

    Parameters
    ----------
    path
        The folder or archive.

    Raises
    ------
    ImportFailed
        `path` is another kind of file, or a damaged archive.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        own = path / UNPACKED
        self._unpack_into = own if own.is_dir() else Settings().cache / "unpacked"
        self._unpacked: dict[Path, Path] = {}
        self._archive = path if path.is_file() else None
        if self._archive and not is_archive(path):
            raise ImportFailed(f"{path} is not a folder or a .zip file.", "Name the folder that holds it.")
        self._root = self._inside(path) if self._archive else path

    def match(self, pattern: str) -> list[FoundFile]:
        """Return the files that `pattern` matches, sorted; of a workbook, the sheets in their order.

        Raises ImportFailed.
        """
        found = self._match_files(pattern)
        workbook, sheet = divide_sheet(pattern)
        if found or sheet is None:
            return found
        workbooks = self._match_files(workbook)
        for file in workbooks:
            names = [name for name in sheets.sheet_names(file.path) if fnmatchcase(name, sheet)]
            found += [replace(file, name=f"{file.name}/{name}", sheet=name) for name in names]
        if workbooks and not found:
            raise sheets.no_such_sheet(workbooks[0].path, sheet)
        return found

    def _match_files(self, pattern: str) -> list[FoundFile]:
        parts = PurePosixPath(pattern).parts
        if PurePosixPath(pattern).is_absolute() or ".." in parts:
            raise ImportFailed(
                f"File {pattern!r} is outside {self.path}.", "Give paths relative to the folder."
            )
        at = next((i for i, part in enumerate(parts) if part.lower().endswith(ZIP)), None)
        if at is not None and at < len(parts) - 1:
            return self._match_members("/".join(parts[: at + 1]), "/".join(parts[at + 1 :]))
        found = [
            FoundFile(_name_of(path, self._root), path, self._archive or path)
            for path in _glob(self._root, pattern)
            if path.is_file()
        ]
        return found or self._match_in_only_archive(pattern)

    def files(self) -> list[FoundFile]:
        """Return all files, and the members of archives in place of these; hidden ones are left out."""
        found = []
        for file in self._match_files("**/*"):
            if any(part.startswith(".") for part in PurePosixPath(file.name).parts):
                continue
            if is_archive(file.path):
                found += self._match_members(file.name, "**/*")
            else:
                found.append(file)
        return found

    def unread(self, read: set[tuple[Path, str | None]]) -> list[str]:
        """Return the data files that are not among `read`, pairs of a file and its sheet.

        An archive, or a workbook, of which nothing is read is named as one; of other workbooks, the unread
        sheets that have a table.
        """
        found: list[FoundFile] = []
        for file in self._match_files("**/*"):
            opened = file.path in self._unpacked
            found += self._match_members(file.name, "**/*") if opened else [file]
        found = [
            file
            for file in found
            if (is_data(file.name) or is_archive(file.path))
            and not any(part.startswith(".") for part in PurePosixPath(file.name).parts)
        ]
        paths = {path for path, _ in read}
        names = ([file.name] if file.path not in paths else _unread_sheets(file, read) for file in found)
        return list(chain.from_iterable(names))

    def _match_members(self, archives: str, pattern: str) -> list[FoundFile]:
        found = []
        for archive in _glob(self._root, archives):
            inside = archive if archive.is_dir() else self._inside(archive)
            prefix = _name_of(archive, self._root)
            found += [
                FoundFile(f"{prefix}/{_name_of(path, inside)}", path, self._archive or archive)
                for path in _glob(inside, pattern)
                if path.is_file()
            ]
        return found

    def _match_in_only_archive(self, pattern: str) -> list[FoundFile]:
        """Return members of the folder's only file: an archive that stands for the folder, as uploaded."""
        files = [path for path in _glob(self._root, "*") if _is_data(path)]
        if self._archive or len(files) != 1 or not is_archive(files[0]):
            return []
        inside = self._inside(files[0])
        return [
            FoundFile(_name_of(path, inside), path, files[0])
            for path in _glob(inside, pattern)
            if path.is_file()
        ]

    def _inside(self, archive: Path) -> Path:
        if archive not in self._unpacked:
            self._unpacked[archive] = _unpacked(archive, self._unpack_into)
        return self._unpacked[archive]


def _name_of(path: Path, folder: Path) -> str:
    """Return the path in a folder; bytes that are no UTF-8 as \\xff, which every output can hold."""
    return os.fsencode(path.relative_to(folder).as_posix()).decode("utf-8", "backslashreplace")


def _unread_sheets(file: FoundFile, read: set[tuple[Path, str | None]]) -> list[str]:
    """Return the sheets of a workbook with a table that is not `read`; without a name, the first sheet is."""
    if not is_workbook(file.name):
        return []
    found = sheets.list_sheets(file.path)
    names = {sheet or next(iter(found)).name for path, sheet in read if path == file.path}
    others = [sheet.name for sheet in found if sheet.is_shown and sheet.name not in names]
    return [f"{file.name}/{name}" for name in others if sheets.has_table(file.path, name)]


def is_archive(path: Path) -> bool:
    """Return whether the name of `path` is that of a .zip archive."""
    return path.suffix.lower() == ZIP and path.is_file()


def _is_data(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(".") and path.suffix not in _MAPPING_SUFFIXES


def _glob(folder: Path, pattern: str) -> list[Path]:
    """Return the file of the name `pattern`, if there is one; else those that it matches, sorted."""
    try:
        named = folder / pattern
        return [named] if named.exists() else sorted(folder.glob(pattern))
    except (ValueError, NotImplementedError, OSError) as error:
        raise ImportFailed(
            f"{pattern!r} is not a valid pattern of file names: {error}.", "Write it like orders-*.csv."
        ) from error


def _unpacked(archive: Path, into: Path) -> Path:
    """Return the folder with the members of `archive`, and delete those not used for a day."""
    folder = into / checksum_of(archive)[:32]
    for other in into.glob("*") if into.is_dir() else ():
        if other != folder and time.time() - other.stat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(other, ignore_errors=True)
    if not folder.is_dir():
        unpack(archive, folder)
    os.utime(folder)
    return folder
