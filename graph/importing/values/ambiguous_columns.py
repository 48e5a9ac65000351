"""Looks at all rows of columns that could be read in two ways, before anything is loaded.

Only such columns are read: numeric dates, whose day and month could be exchanged, and numbers.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from graph.errors import ImportFailed
from graph.importing.contract import TABLES
from graph.importing.mapping.formats import Numbers
from graph.importing.mapping.model import Mapping
from graph.importing.mapping.time_formats import DateOrder, date_order, reordered
from graph.importing.reading.block import Block
from graph.importing.reading.blocks import read_blocks
from graph.importing.reading.cells import is_cells, plain_array
from graph.importing.reading.input_files import InputFile, InputFiles
from graph.importing.reading.lines import Parsed
from graph.importing.values.date_orders import OrderCounts
from graph.importing.values.number_profile import NumberCounts, NumberProfile
from graph.importing.values.where import mask
from graph.progress import Progress

_LEAVE_OUT = "correct the other rows in the file, or leave them out with `where`"


@dataclass
class _Columns:
    """The columns of a file that could be read in two ways, by name."""

    dates: dict[str, list[str]] = field(default_factory=dict)
    numbers: dict[str, Numbers] = field(default_factory=dict)


def refuse_ambiguous_columns(files: InputFiles, progress: Progress) -> None:
    """Profile all rows of columns that could be read in two ways.

    Raises
    ------
    ImportFailed
        A column has dates, or numbers, that only the opposite of the mapping's format can read, so that the
        others could have been read wrongly.
    """
    found = [(file, _columns(file, files.mapping)) for file in files.inputs]
    chosen = [(file, columns) for file, columns in found if columns.dates or columns.numbers]
    if not chosen:
        return
    advance = progress.stage("Checking dates and numbers", sum(file.rows for file, _ in chosen))
    for file, columns in chosen:
        orders = {name: _order_counts(layouts) for name, layouts in columns.dates.items()}
        suspects: set[str] = set()
        for parsed in _blocks(file, [*columns.dates, *columns.numbers], files.mapping):
            for name, counts in orders.items():
                for form in counts.values():
                    form.add(parsed.numbers, parsed.columns[name])
            for name, signs in columns.numbers.items():
                opposite = "," if signs.decimal == "." else "."
                if pc.any(pc.match_substring(parsed.columns[name], opposite)).as_py():
                    suspects.add(name)
            advance(len(parsed.numbers))
        for name, counts in orders.items():
            _refuse_dates(file, name, columns.dates[name], counts)
        profiles = {name: NumberCounts(columns.numbers[name]) for name in suspects}
        for parsed in _blocks(file, sorted(suspects), files.mapping) if suspects else ():
            for name, profile in profiles.items():
                profile.add(parsed.numbers, parsed.columns[name])
        for name, profile in profiles.items():
            _refuse_numbers(file, name, columns.numbers[name], profile.result())


def _columns(file: InputFile, mapping: Mapping) -> _Columns:
    columns = _Columns()
    for spec in TABLES[file.table].fields:
        name = file.source.columns.get(spec.name)
        if name is None:
            continue
        value_format = mapping.value_format(file.source, spec.name)
        layouts = [layout for layout in value_format.times if date_order(layout)]
        if spec.kind == "time" and layouts:
            columns.dates[name] = layouts
        elif spec.kind == "number":
            columns.numbers[name] = value_format.numbers
    return columns


def _blocks(file: InputFile, names: list[str], mapping: Mapping) -> Iterator[Parsed]:
    """Yield the rows that `where` keeps; none of columns that are no texts, which have one reading."""
    where = file.source.where
    selected = list(dict.fromkeys([*names, *where]))
    for block in _read(file, selected):
        parsed = block.parse()
        texts = {name: _text(parsed.columns[name]) for name in names}
        if all(column is None for column in texts.values()):
            return
        empty = pa.nulls(len(parsed.numbers), pa.string())
        columns = {name: empty if column is None else column for name, column in texts.items()}
        numbers = parsed.numbers
        if where:
            own = mapping.own_formats(file.source)
            keep = mask(parsed.columns, where, mapping.value_format(file.source), own)
            numbers = numbers[keep]
            columns = {name: column.filter(pa.array(keep)) for name, column in columns.items()}
        yield Parsed(numbers, columns, [])


def _read(file: InputFile, selected: list[str]) -> Iterator[Block]:
    if set(selected) <= set(file.joins.own):
        return read_blocks(file.path, file.source, selected)
    joins = file.uncounted().joins
    return joins.blocks(read_blocks(file.path, file.source, joins.own))


def _text(column: pa.Array) -> pa.Array | None:
    column = plain_array(column)
    if is_cells(column):
        typed = pc.or_(*(pc.is_valid(pc.struct_field(column, name)) for name in ("number", "time")))
        return pc.if_else(typed, None, pc.struct_field(column, "text"))
    return column if pa.types.is_string(column.type) else None


def _order_counts(layouts: list[str]) -> dict[DateOrder, OrderCounts]:
    forms = {form for form in map(date_order, layouts) if form}
    return {form: OrderCounts(form, [_exchanged(form.order)]) for form in forms}


def _exchanged(order: str) -> str:
    return order.translate(str.maketrans("dm", "md"))


def _refuse_dates(
    file: InputFile, name: str, layouts: list[str], counts: dict[DateOrder, OrderCounts]
) -> None:
    for form, orders in counts.items():
        opposite = _exchanged(form.order)
        other = orders.only(opposite, form.order)
        if other is None:
            continue
        layout = next(layout for layout in layouts if date_order(layout) == form)
        exchanged = reordered(layout, opposite)
        rows = orders.count_only(opposite, form.order)
        own = orders.only(form.order, opposite)
        problem = f"{file.name}, column {name!r} ({file.table}): {_rows(rows)}, as {other}, "
        problem += f"can only be read as {exchanged!r}, but the mapping says {layout!r}"
        if own:
            problem += f", as which alone {own} can be read. The column contradicts itself"
            remedy = f"Find out which order is right and set `times` of the column to it; {_LEAVE_OUT}."
        else:
            problem += ". No row needs the mapping's order"
            remedy = f"Set `times` of the column to {exchanged!r} in the mapping; or {_LEAVE_OUT}."
        raise ImportFailed(f"{problem}. Nothing was loaded.", remedy)


def _refuse_numbers(file: InputFile, name: str, signs: Numbers, profile: NumberProfile) -> None:
    opposite = "," if signs.decimal == "." else "."
    if not (profile.only[opposite] and profile.ambiguous):
        return
    raise ImportFailed(
        f"{file.name}, column {name!r} ({file.table}): {_rows(profile.only[opposite])}, as "
        f"{profile.only_examples[opposite]}, have the decimal sign {opposite!r}, but the mapping says "
        f"{signs.decimal!r}. So {_rows(profile.ambiguous)}, as {profile.ambiguous_examples[0]}, could be "
        "read in two ways. Nothing was loaded.",
        f"Find out which decimal sign is right and set `numbers` of the column to it; {_LEAVE_OUT}.",
    )


def _rows(count: int) -> str:
    return f"{count:,} row" + "s" * (count != 1)
