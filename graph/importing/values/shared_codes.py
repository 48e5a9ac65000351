"""Finds the codes of campaigns that `without_suffix` leaves alone: SUMMER-2023 and SUMMER-2024 are two.

Codes of single use have one user each. A code of several users is a campaign of its own, and so is an id that
a table of campaigns states.
"""

from collections.abc import Callable, Iterable, Iterator

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from graph.importing.contract import TABLES
from graph.importing.mapping.model import Mapping
from graph.importing.mapping.source import Source
from graph.importing.reading.ids import WITHOUT_SUFFIX, normalise
from graph.importing.reading.input_files import InputFile, InputFiles
from graph.importing.values.convert import convert
from graph.importing.values.keys import raw_column
from graph.progress import Progress

_TABLES = ("campaigns", "coupons")
"""Tables of codes."""
_NONE = pd.DataFrame({"code": [], "user": []})


def keep_shared_codes(files: InputFiles, progress: Progress, known: Iterable[str] = ()) -> None:
    """Tell the mapping of `files` which codes to leave alone.

    Parameters
    ----------
    files, progress
        The delivery; receives the stage.
    known
        Ids of campaigns that are loaded already.

    Raises
    ------
    ImportFailed
        A file cannot be read.
    """
    mapping = files.mapping
    tables = [table for table in _TABLES if WITHOUT_SUFFIX in mapping.ids.get(table, [])]  # type: ignore[call-overload]
    if not tables:
        return
    inputs = [file for file in files.inputs if file.table in ("behaviours", "targetings")]
    advance = progress.stage("Comparing codes", len(tables) * sum(file.rows for file in inputs))
    stated = set(_stated(files))
    for table in tables:
        rules = [str(rule) for rule in mapping.ids[table] if rule != WITHOUT_SUFFIX]  # type: ignore[index]
        pairs = [pairs for file in inputs for pairs in _users_of_codes(file, mapping, rules, advance)]
        users = pd.concat(pairs or [_NONE]).drop_duplicates()
        shared = sorted(set(users["code"][users["code"].duplicated()]))
        parts = normalise(pa.array(shared, pa.string()), [WITHOUT_SUFFIX]).to_pylist()
        own = set(normalise(pa.array(sorted(stated), pa.string()), rules).to_pylist())
        # A shared code whose common part a table of campaigns states belongs to that one.
        alone = {code for code, part in zip(shared, parts, strict=True) if part not in own}
        mapping.leave_alone(table, pa.array(sorted({*known, *own, *alone}), pa.string()))


def _stated(files: InputFiles) -> Iterator[str]:
    """Yield the ids that tables of campaigns state."""
    for file in files.inputs:
        if file.table == "campaigns" and file.source.window is None:
            for block in file.blocks():
                parsed = block.parse()
                ids = _ids("campaigns", "id", file.source, parsed.columns, len(parsed.numbers), files.mapping)
                yield from ids.unique().drop_null().to_pylist()


def _users_of_codes(
    file: InputFile, mapping: Mapping, rules: list[str], advance: Callable[[int], None]
) -> Iterator[pd.DataFrame]:
    """Yield the distinct codes and users of each block of a file."""
    objects = {kind.object_table for kind in mapping.kinds.values()} & set(_TABLES)
    names = [
        spec.name
        for spec in TABLES[file.table].fields
        if spec.refers in _TABLES or (spec.name == "object" and objects)
    ]
    for block in file.blocks():
        parsed = block.parse()
        length = len(parsed.numbers)
        users = _ids(file.table, "user", file.source, parsed.columns, length, mapping)
        users = normalise(users, mapping.ids.get("users", []))
        for name in names:
            codes = _ids(file.table, name, file.source, parsed.columns, length, mapping)
            pairs = pd.DataFrame({"code": normalise(codes, rules).to_pandas(), "user": users.to_pandas()})
            yield pairs.dropna().drop_duplicates()
        advance(length)


def _ids(
    table: str, field: str, source: Source, raw: dict[str, pa.Array], length: int, mapping: Mapping
) -> pa.Array:
    """Return the ids in the column of a field; nulls where it has none."""
    (spec,) = (spec for spec in TABLES[table].fields if spec.name == field)
    column = raw_column(spec, source, raw, length)
    if column is None:
        return pa.nulls(length, pa.string())
    return pc.cast(convert(column, spec.kind, mapping.value_format(source, field)).values, pa.string())
