"""Counts the rows of each file that are left out: by `where`, without a campaign, or of erased users.

Several sources may read one file, and each leaves out what the others load. A row of the file counts once,
and only if no source makes a behaviour of it; in files without behaviours, if no source uses it at all.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph.importing.reading.data_files import series_pattern
from graph.importing.reading.input_files import InputFile
from graph.importing.values.rows import Rows

_CHUNK = 1 << 16
_MISSING = "without a campaign or coupon"
_ERASED = "of erased users"
_SHOWN = 6
"""Values of a column that are named."""
_WITHOUT_REFERENCE = ("coupons", "targetings", "promotions")


class _FileTable(NamedTuple):
    """A file, or a series of files, and whether its rows are behaviours."""

    file: str
    is_behaviours: bool


@dataclass
class _Lines:
    """The rows of a file that several sources read, as bits: left out by any, and used by any."""

    left_out: dict[int, NDArray[np.uint8]] = field(default_factory=dict)
    used: dict[int, NDArray[np.uint8]] = field(default_factory=dict)

    def add(self, rows: Rows) -> None:
        _set(self.left_out, rows.left_out_numbers)
        _set(self.used, rows.numbers)
        if rows.repeated:
            _set(self.used, rows.repeated.numbers)
        _set(self.used, np.array([error.row for error in rows.rejected], dtype=np.int64))

    def count(self) -> int:
        empty = np.zeros(_CHUNK // 8, dtype=np.uint8)
        unused = (bits & ~self.used.get(chunk, empty) for chunk, bits in self.left_out.items())
        return sum(int(np.bitwise_count(bits).sum()) for bits in unused)


class LeftOut:
    """The rows that are left out of each file, added block by block."""

    def __init__(self) -> None:
        self._counts: Counter[_FileTable] = Counter()
        self._lines: dict[_FileTable, _Lines] = defaultdict(_Lines)
        self._unknown: set[_FileTable] = set()
        self._skipped: set[_FileTable] = set()
        """Files of which the values of some rows are unknown, as they are not read again."""
        self._reasons: dict[_FileTable, dict[str, None]] = defaultdict(dict)
        self._values: dict[tuple[_FileTable, str], Counter[str]] = defaultdict(Counter)
        """Rows by excluded value, by file and column of `where`, of files that one source reads."""
        self._of_records: set[str] = set()
        """Series whose rows are elements of lists: rows of one record have one number, and count once."""

    def add(self, file: InputFile, rows: Rows) -> None:
        """Add the rows of one block of `file`."""
        key = _key(file)
        if file.source.window is not None:
            return
        if file.readers > 1:
            self._lines[key].add(rows)
            if file.source.rows:
                self._of_records.add(series_pattern(file.name))
        else:
            for column, counts in rows.excluded.items():
                self._values[key, column] += counts
        erased = len(rows.erased_numbers)
        self._add(key, file, rows.left_out, others=rows.left_out > erased)
        if erased:
            self._reasons[key][_ERASED] = None

    def skip(self, file: InputFile, left_out: int) -> None:
        """Add a block of `file` that was loaded before, and is not read again."""
        if file.readers > 1:
            self._unknown.add(_key(file))
        elif left_out:
            self._skipped.add(_key(file))
        self._add(_key(file), file, left_out)

    def _add(self, key: _FileTable, file: InputFile, left_out: int, others: bool = True) -> None:
        """Add left-out rows; `others` says whether any is not of an erased user."""
        self._counts[key] += left_out
        if left_out and others:
            self._reasons[key] |= dict.fromkeys(file.source.where)
            if file.table in _WITHOUT_REFERENCE:
                self._reasons[key][_MISSING] = None

    def lines(self) -> list[str]:
        """Return a sentence for the files of each series of which rows were left out."""
        counts: Counter[_FileTable] = Counter()
        reasons: dict[_FileTable, dict[str, None]] = defaultdict(dict)
        values: dict[_FileTable, dict[str, Counter[str]]] = defaultdict(dict)
        with_behaviours = {key.file for key in self._counts if key.is_behaviours}
        for key in self._counts:
            if key in self._unknown or (key.file in with_behaviours and not key.is_behaviours):
                continue
            series = key._replace(file=series_pattern(key.file))
            counts[series] += self._lines[key].count() if key in self._lines else self._counts[key]
            reasons[series] |= self._reasons[key]
            for column in self._reasons[key]:
                known = Counter() if key in self._skipped else self._values[key, column]
                values[series][column] = values[series].get(column, Counter()) + known
        return [
            f"{series.file}: {_number(count, series.file in self._of_records)} left out"
            f"{' of behaviours' if series.is_behaviours else ''}, {_stated(reasons[series], values[series])}."
            for series, count in counts.items()
            if count
        ]


def _number(count: int, are_records: bool) -> str:
    what = "record" if are_records else "row"
    return f"{count:,} {what} was" if count == 1 else f"{count:,} {what}s were"


def _key(file: InputFile) -> _FileTable:
    return _FileTable(file.name, file.table == "behaviours")


def _stated(reasons: Collection[str], values: Mapping[str, Counter[str]]) -> str:
    """Return the reasons in words: the columns of `where` with their values, no campaign, erased users."""
    others = [reason for reason in (_MISSING, _ERASED) if reason in reasons]
    columns = [
        f"{reason}: {listed}" if (listed := _listed(values[reason])) else reason
        for reason in reasons
        if reason not in others
    ]
    divider = "; " if any(map(_listed, values.values())) else ", "
    stated = [f"excluded by `where` ({divider.join(columns)})"] if columns else []
    return ", or ".join([*stated, *others] or [_ERASED])


def _listed(counts: Counter[str]) -> str:
    shown = [f"{value} {rows:,}" for value, rows in counts.most_common(_SHOWN)]
    others = counts.total() - sum(rows for _, rows in counts.most_common(_SHOWN))
    return ", ".join([*shown, *([f"others {others:,}"] if others else [])])


def _set(chunks: dict[int, NDArray[np.uint8]], numbers: NDArray[np.int64]) -> None:
    """Set the bits of `numbers`."""
    for chunk in np.unique(numbers // _CHUNK).tolist():
        bits = np.zeros(_CHUNK, dtype=bool)
        bits[numbers[numbers // _CHUNK == chunk] % _CHUNK] = True
        packed = np.packbits(bits)
        chunks[chunk] = chunks[chunk] | packed if chunk in chunks else packed
