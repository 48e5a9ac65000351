"""Converts a block into rows of the contract; every rejected value keeps its reason."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graph.importing.contract import TABLES, Field
from graph.importing.mapping.model import Mapping
from graph.importing.mapping.source import Source
from graph.importing.reading.blocks import Block
from graph.importing.reading.cells import texts as texts_of
from graph.importing.reading.lines import RowError
from graph.importing.values.convert import Converted, after_last_day, convert
from graph.importing.values.discounts import only_rates, read_discounts
from graph.importing.values.ids import normalise
from graph.importing.values.local_times import days_later
from graph.importing.values.masks import is_true
from graph.importing.values.totals import REASON, are_totals, name_totals
from graph.importing.values.where import mask

_CAMPAIGN_OR_COUPON = {
    "coupons": ("id", "campaign"),
    "targetings": ("campaign",),
    "promotions": ("campaign",),
}
"""A row of these tables without such an id states nothing: an order without a coupon is no error."""
_WITHOUT_REFERENCES = ("users", "products", "tags")
"""A row of totals has an id alone, which is all that a row of these tables needs."""
_WHO_AND_WHAT = ("user", "object")
"""A row of totals below an order log has a word for totals in place of its user or product."""
_NULLS = ("null", "NULL", "None")
"""What programs write for no coupon, and so for no campaign or discount."""

(_ENDS,) = (field for field in TABLES["campaigns"].fields if field.name == "ends")


@dataclass
class Rows:
    """Rows of one table: typed columns of equal length, and the line number of each row."""

    table: str
    numbers: NDArray[np.int64]
    columns: dict[str, pa.Array]
    rejected: list[RowError]
    left_out_numbers: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    currencies: dict[str, Counter[str]] = field(default_factory=dict)
    """Number of values in each currency, by field."""
    keep_first: bool = False
    """Whether a row with a known id and other values is unchanged, not rejected."""

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def left_out(self) -> int:
        """Number of rows that `where` excludes, or that name no campaign or coupon."""
        return len(self.left_out_numbers)

    @property
    def read(self) -> int:
        """Number of valid and rejected rows."""
        return len(self.numbers) + len(self.rejected)

    def between(self, first: int, end: int) -> "Rows":
        """Return the rows, rejected and left-out ones included, whose numbers are in [first, end)."""
        part = self.filter((self.numbers >= first) & (self.numbers < end))
        part.rejected = [error for error in self.rejected if first <= error.row < end]
        left_out = self.left_out_numbers
        part.left_out_numbers = left_out[(left_out >= first) & (left_out < end)]
        return part

    def filter(self, keep: NDArray[np.bool_]) -> "Rows":
        """Return the rows where `keep` is True, without rejected and left-out ones."""
        mask = pa.array(keep)
        columns = {name: column.filter(mask) for name, column in self.columns.items()}
        return Rows(self.table, self.numbers[keep], columns, [], keep_first=self.keep_first)


def validate(block: Block, table: str, source: Source, mapping: Mapping) -> Rows:
    """Parse and convert the rows of `block`; a row is rejected for its first invalid value."""
    parsed = block.parse()
    keep = np.ones(len(parsed.numbers), dtype=bool)
    if source.where and source.window is None:
        keep = mask(parsed.columns, source.where, mapping.value_format(source), mapping.own_formats(source))
    left_out = parsed.numbers[~keep]
    numbers, raw = parsed.numbers[keep], parsed.columns
    if len(left_out):
        raw = {name: column.filter(pa.array(keep)) for name, column in raw.items()}
    ok = np.ones(len(numbers), dtype=bool)
    rejected: list[RowError] = []
    columns: dict[str, pa.Array] = {}
    currencies: dict[str, Counter[str]] = {}
    for spec in TABLES[table].fields:
        raw_column = _raw_column(spec, source, raw, len(numbers))
        if spec.name == "kind" and table == "behaviours":
            raw_column = _kinds_by_rule(raw_column, source, raw, len(numbers), mapping)
        if raw_column is None:
            continue
        name = source.columns.get(spec.name, spec.name)
        for field_name, converted in _convert(spec, raw_column, source, mapping).items():
            columns[field_name] = converted.values
            rejected += _reject(ok, converted.bad, numbers, name, raw_column, converted.reason)
            if converted.currencies:
                currencies[field_name] = converted.currencies
        absent = ~columns[spec.name].is_valid().to_numpy(zero_copy_only=False) if spec.required else None
        if absent is not None and spec.name in _CAMPAIGN_OR_COUPON.get(table, ()):
            left_out = np.union1d(left_out, numbers[absent & ok])
            ok &= ~absent
        elif absent is not None:
            rejected += _reject(ok, absent, numbers, name, raw_column, "is missing")
    if table in _WITHOUT_REFERENCES and "id" in source.columns:
        own = source.columns["id"]
        totals = are_totals(columns["id"], (column for name, column in raw.items() if name != own))
        rejected += _reject(ok, totals, numbers, own, raw[own], REASON)
    elif table == "behaviours":
        for name in filter(source.columns.__contains__, _WHO_AND_WHAT):
            totals = name_totals(columns[name])
            rejected += _reject(ok, totals, numbers, source.columns[name], columns[name], REASON)
    _normalise_ids(columns, table, mapping)
    if table == "behaviours":
        known = pc.is_in(columns["kind"], value_set=pa.array(list(mapping.kinds), pa.string()))
        unknown = ~is_true(known)
        reason = f"is none of the mapping's kinds ({', '.join(mapping.kinds)})"
        rejected += _reject(ok, unknown, numbers, source.columns.get("kind", "kind"), columns["kind"], reason)
        _fill_value(columns)
    if table == "campaigns":
        zone = mapping.value_format(source, "ends").zone
        if source.duration_days:
            columns["ends"] = days_later(columns["starts"], source.duration_days, zone)
        elif source.end_is_last_day:
            given = _raw_column(_ENDS, source, raw, len(numbers))
            columns["ends"] = after_last_day(columns["ends"], given, zone)
        late = pc.fill_null(pc.greater_equal(columns["starts"], columns["ends"]), False)
        ends = source.columns.get("ends", "ends")
        backwards = is_true(late)
        rejected += _reject(
            ok, backwards, numbers, ends, raw.get(ends, columns["ends"]), "is not after its start"
        )
    for name, column in source.attributes.items():
        columns[f"attributes.{name}"] = convert(raw[column], "text", mapping.value_format(source)).values
    good = Rows(table, numbers, columns, []) if ok.all() else Rows(table, numbers, columns, []).filter(ok)
    good.rejected = sorted([*parsed.errors, *rejected])
    good.left_out_numbers, good.currencies = left_out, currencies
    good.keep_first = source.repeats == "first"
    return good


def _fill_value(columns: dict[str, pa.Array]) -> None:
    """Replace the unit price by the value, where none is mapped: the price of the quantity, by default 1."""
    price = columns.pop("unit_price", None)
    if price is not None and "value" not in columns:
        quantity = columns.get("quantity")
        columns["value"] = price if quantity is None else pc.multiply(price, pc.fill_null(quantity, 1.0))


def with_file_columns(errors: list[RowError], source: Source) -> list[RowError]:
    """Replace the contract's field names by the file's column names."""
    return [error._replace(column=source.columns.get(error.column, error.column)) for error in errors]


def _kinds_by_rule(
    given: pa.Array | None, source: Source, raw: dict[str, pa.Array], length: int, mapping: Mapping
) -> pa.Array | None:
    """Return the kind of each row: that of the first rule that holds, else the `given` one."""
    if not source.kinds:
        return given
    kinds = pa.nulls(length, pa.string()) if given is None else texts_of(given)
    formats = mapping.value_format(source), mapping.own_formats(source)
    for rule in reversed(source.kinds):
        kinds = pc.if_else(pa.array(mask(raw, rule.where, *formats)), rule.kind, kinds)
    return kinds


def _raw_column(spec: Field, source: Source, raw: dict[str, pa.Array], length: int) -> pa.Array | None:
    if source.window:
        return raw.get(spec.name)
    if spec.name in source.columns:
        return raw[source.columns[spec.name]]
    if spec.name in source.constants:
        return pa.repeat(pa.scalar(source.constants[spec.name], pa.string()), length)
    return None


def _convert(spec: Field, raw_column: pa.Array, source: Source, mapping: Mapping) -> dict[str, Converted]:
    """Return the fields that a column fills: its own, with `as` also others."""
    value_format = mapping.value_format(source, spec.name)
    if spec.refers in ("campaigns", "coupons") or spec.name == "discount":
        value_format = value_format.model_copy(update={"missing": (*value_format.missing, *_NULLS)})
    own = source.formats.get(spec.name)
    if own and own.discount:
        return read_discounts(raw_column, own.discount, value_format)
    converted = convert(raw_column, spec.kind, value_format)
    if spec.name == "discount_rate":
        converted = only_rates(converted, source.columns.get(spec.name, spec.name))
    return {spec.name: converted}


def _normalise_ids(columns: dict[str, pa.Array], table: str, mapping: Mapping) -> None:
    """Apply the rules under `ids` to the table's own ids and its references."""
    if not mapping.ids:
        return
    for spec in TABLES[table].fields:
        rules = mapping.ids.get(spec.refers or (table if spec.name == "id" else ""), [])  # type: ignore[call-overload]
        if rules and spec.name in columns:
            columns[spec.name] = normalise(columns[spec.name], rules)
    if table == "behaviours":
        for kind, behaviour in mapping.kinds.items():
            rules = mapping.ids.get(behaviour.object_table, [])
            if rules:
                objects = columns["object"]
                of_kind = pc.fill_null(pc.equal(columns["kind"], kind), False)
                columns["object"] = pc.if_else(of_kind, normalise(objects, rules), objects)


def _reject(
    ok: NDArray[np.bool_],
    bad: NDArray[np.bool_],
    numbers: NDArray[np.int64],
    column: str,
    raw_column: pa.Array,
    reason: str,
) -> list[RowError]:
    """Set `ok` to False for the bad rows and return their errors; skip rows that are False already."""
    positions = np.flatnonzero(bad & ok)
    ok[positions] = False
    texts = texts_of(raw_column.take(pa.array(positions))) if len(positions) else []
    return [
        RowError(int(number), column, str(text.as_py() or "")[:200], reason)
        for number, text in zip(numbers[positions], texts, strict=True)
    ]
