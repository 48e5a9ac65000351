"""Warns of columns of amounts and of states that a mapping leaves out: nothing would say so otherwise."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from graph.errors import ImportFailed
from graph.importing.exports import is_known_file
from graph.importing.inference.behaviours.amounts import amount_columns
from graph.importing.inference.behaviours.states import is_state_column
from graph.importing.inference.behaviours.status_rules import status_rule
from graph.importing.inference.files.column_values import describes, examples
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.inference.files.tables import find_columns
from graph.importing.mapping.formats import parts_of
from graph.importing.mapping.source import Source
from graph.importing.reading.blocks import JSON, format_of
from graph.importing.reading.input_files import InputFile, InputFiles
from graph.importing.reading.sample import sample
from graph.importing.reading.unused_columns import is_used, used_columns
from graph.importing.vocabulary.behaviour_kinds import SALES
from graph.importing.vocabulary.order_statuses import is_status, meaning_of
from graph.importing.warnings import DataWarning

_AMOUNTS = ("value", "unit_price")
_OF_ROWS = ("at", "basket", "id")
_SHOWN = 6
_MOST_FILES = 50
"""Files of one source whose first rows are looked at."""


def unmapped_warnings(files: InputFiles) -> list[DataWarning]:
    """Return a warning for each unused column of behaviours that may hold an amount, or a state of rows.

    The first rows of each file decide, of many files of one source those of the first; of files that are
    joined to them, states alone: their amounts are those of whole orders. Known exports have columns that are
    left out on purpose.
    """
    used = used_columns(files)
    by_file: dict[str, list[InputFile]] = {}
    for file in files.inputs:
        if file.table == "behaviours":
            by_file.setdefault(file.name, []).append(file)
    number: Counter[frozenset[str]] = Counter()
    found: dict[tuple[frozenset[str], str], DataWarning] = {}
    joined: dict[str, InspectedFile | None] = {}
    for name, readers in by_file.items():
        labels = frozenset(reader.source.label for reader in readers)
        sources = [reader.source for reader in readers if files.mapping.counts(reader.source)]
        number[labels] += 1
        if not sources or number[labels] > _MOST_FILES:
            continue
        inspected = _inspect(name, readers[0].path, readers[0].source, files)
        for column, warning in _warnings(files, sources, inspected, used[name]):
            found.setdefault((labels, column), warning)
        for other, (path, source) in readers[0].joins.readings.items():
            if other not in by_file and other not in joined:
                joined[other] = _inspect(other, path, source, files)
                for column, warning in _joined_warnings(sources, joined[other], used[other]):
                    found.setdefault((labels, f"{other}:{column}"), warning)
    return list(found.values())


def _warnings(
    files: InputFiles, sources: list[Source], file: InspectedFile | None, used: set[str]
) -> Iterator[tuple[str, DataWarning]]:
    """Yield the warnings about one file, which several sources may read, with the column of each."""
    if file is None or is_known_file(file.names):
        return
    unused = [name for name in file.names if not is_used(name, used)]
    fields = {field: _columns(sources, field) for field in ("user", "object", *_OF_ROWS)}
    sells = any({*files.mapping.types_of(source)} & {*SALES} for source in sources)
    stated = any({*_AMOUNTS} & {*source.columns, *source.constants} or source.without for source in sources)
    if sells and not stated and (amounts := _amounts(file, unused, fields)):
        yield "", _amount_warning(file, amounts)
    keys = [name for name in (*fields["user"], *fields["object"]) if name in file.values]
    of_rows = [name for field in _OF_ROWS for name in fields[field]]
    is_watched = format_of(file.path, file.source) not in (*JSON, "parquet")
    for name, counts in _unused_states(file, unused, keys, of_rows):
        excluded = any(meaning_of(value) == "excluded" for value in counts)
        if not (is_watched and is_status(name) and excluded):  # Else its statuses are reported.
            yield name, _state_warning(file, name, name, counts)


def _joined_warnings(
    sources: list[Source], file: InspectedFile | None, used: set[str]
) -> Iterator[tuple[str, DataWarning]]:
    """Yield the warnings about states in a file that is joined to behaviours, with the column of each."""
    if file is None or is_known_file(file.names):
        return
    unused = [name for name in file.names if not is_used(name, used)]
    mapped = {name.rpartition(":")[2] for name in _columns(sources, "user")}
    roles = find_columns(file.names)
    of_rows = [roles[role] for role in _OF_ROWS if role in roles]
    for name, counts in _unused_states(file, unused, [*(mapped & {*file.values})], of_rows):
        yield name, _state_warning(file, name, f"{file.name}:{name}", counts)


def _unused_states(
    file: InspectedFile, unused: list[str], keys: list[str], of_rows: list[str]
) -> Iterator[tuple[str, "Counter[str]"]]:
    """Yield the unused columns that may state what a row is, with their rows by value."""
    for name in unused:
        if is_state_column(file, name, keys, of_rows):
            counts = Counter(value for value in file.values[name] if value and value not in file.missing)
            if status_rule(file.name, name, counts):
                yield name, counts


def _inspect(name: str, path: Path, source: Source, files: InputFiles) -> InspectedFile | None:
    """Return the first rows of a file; None where it has none."""
    try:
        found = sample(path, source)
    except ImportFailed:
        return None  # The import itself says why it cannot be read.
    missing = list(files.mapping.value_format(source).missing)
    return InspectedFile(
        name, path, source, {}, list(found.columns), values=found.columns, typed=found.typed, missing=missing
    )


def _columns(sources: list[Source], field: str) -> list[str]:
    """Return the columns of the file that sources map to a field."""
    return list(dict.fromkeys(part for source in sources for part in parts_of(source.columns.get(field, ""))))


def _amounts(file: InspectedFile, unused: list[str], fields: dict[str, list[str]]) -> list[str]:
    """Return the unused columns that may hold the amount of a row, not of its user or whole order."""
    roles = find_columns(unused)
    named = [roles[role] for role in _AMOUNTS if role in roles]
    user = next((name for name in fields["user"] if name in file.values), None)
    found = dict.fromkeys([*named, *amount_columns(file, unused, user)])
    orders = [name for name in fields["basket"] if name in file.values]
    return [
        name for name in found if not any(describes(file.values[key], file.values[name]) for key in orders)
    ]


def _amount_warning(file: InspectedFile, names: list[str]) -> DataWarning:
    rows = max(sum(value not in (None, *file.missing) for value in file.values[name]) for name in names)
    listed = ", ".join(f"{name} ({examples(file.values[name])})" for name in names[:_SHOWN])
    return DataWarning(
        "unmapped_amounts",
        f"{file.name}: no amount is mapped, so its behaviours have no value; these columns may hold one: "
        f"{listed} (in {rows:,} of the first {len(file.values[names[0]]):,} rows). Map one to `value` or "
        "`unit_price`, or write `without: [value]` in the source.",
        rows,
        names,
    )


def _state_warning(file: InspectedFile, name: str, mapped: str, counts: "Counter[str]") -> DataWarning:
    listed = ", ".join(f"{value} {rows:,}" for value, rows in counts.most_common(_SHOWN))
    more = f" and {len(counts) - _SHOWN} others" if len(counts) > _SHOWN else ""
    return DataWarning(
        "unmapped_states",
        f"{file.name}, column {name!r}: it may state what a row is, and no rule uses it ({listed}{more}, of "
        f"the first {len(file.values[name]):,} rows). Leave out rows that are no purchases with `where: "
        f"{{{mapped}: {{is_not: [...]}}}}`; if all count, list the values under `statuses`.",
        counts.total(),
        list(counts)[:_SHOWN],
    )
