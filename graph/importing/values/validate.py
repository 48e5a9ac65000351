"""Converts a block into rows of the contract; every rejected value keeps its reason."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graph.importing.contract import TABLES, Field
from graph.importing.mapping.formats import parts_of
from graph.importing.mapping.model import Mapping
from graph.importing.mapping.open_ends import open_end
from graph.importing.mapping.source import Source
from graph.importing.reading.blocks import Block
from graph.importing.reading.cells import texts as texts_of
from graph.importing.reading.ids import normalise
from graph.importing.reading.lines import RowError
from graph.importing.values.convert import Converted, after_last_day, convert
from graph.importing.values.discounts import only_rates, read_discounts
from graph.importing.values.keys import key_columns, raw_column
from graph.importing.values.local_times import days_later
from graph.importing.values.masks import is_true
from graph.importing.values.rows import Rows
from graph.importing.values.split_lists import split_lists
from graph.importing.values.totals import REASON, are_totals, name_totals
from graph.importing.values.where import excluded_values, kept_values, mask
from graph.importing.vocabulary.missing_values import NULLS

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

_NO_END = (
    "is missing: give the campaign an end (a second source of this file with `where: {{{0}: {{empty: "
    "true}}}}` and `constants: {{ends: {1}}}` gives all such campaigns one), and leave it out here "
    "with `where: {{{0}: {{empty: false}}}}`"
)
MISSING = "is missing"
"""Why a row is rejected without a value that it needs."""

_ENDS = TABLES["campaigns"].field("ends")


def validate(block: Block, table: str, source: Source, mapping: Mapping) -> Rows:
    """Parse and convert the rows of `block`; a row is rejected for its first invalid value."""
    candidates = _select(block, table, source, mapping)
    for spec in TABLES[table].fields:
        _convert_field(candidates, spec)
    _reject_totals(candidates)
    _normalise_ids(candidates.columns, table, mapping)
    if table == "behaviours":
        _reject_unknown_kinds(candidates)
        _fill_value(candidates.columns)
    elif table == "campaigns":
        _close_windows(candidates)
    for name, column in source.attributes.items():
        values = convert(candidates.raw[column], "text", mapping.value_format(source)).values
        candidates.columns[f"attributes.{name}"] = values
    return candidates.valid()


@dataclass
class _Candidates:
    """The rows of a block that `where` keeps, while they are converted.

    Attributes
    ----------
    table, source, mapping
        What they are, and how they are read.
    numbers, raw
        Their line numbers, and the columns of the file.
    rejected
        Errors of rejected rows.
    left_out
        Line numbers of rows that are left out.
    left_out_keys
        Users, keys, objects, times and orders of behaviours that `where` leaves out, if they may be orders
        that another file has.
    kept
        Number of rows by value, of columns of statuses.
    excluded
        Number of rows that each rule of `where` excludes, by value, of its column.
    ok
        Where no row is rejected or left out so far.
    columns
        Typed columns, by field.
    currencies
        Number of values in each currency, by field.
    """

    table: str
    source: Source
    mapping: Mapping
    numbers: NDArray[np.int64]
    raw: dict[str, pa.Array]
    rejected: list[RowError]
    left_out: NDArray[np.int64]
    ok: NDArray[np.bool_]
    left_out_keys: Rows | None = None
    kept: dict[str, Counter[str]] = field(default_factory=dict)
    excluded: dict[str, Counter[str]] = field(default_factory=dict)
    columns: dict[str, pa.Array] = field(default_factory=dict)
    currencies: dict[str, Counter[str]] = field(default_factory=dict)

    def reject(self, bad: NDArray[np.bool_], column: str, values: pa.Array, reason: str) -> None:
        """Reject the `bad` rows, those excepted that are rejected or left out already."""
        positions = np.flatnonzero(bad & self.ok)
        self.ok[positions] = False
        texts = texts_of(values.take(pa.array(positions))) if len(positions) else []
        self.rejected += [
            RowError(int(number), column, str(text.as_py() or "")[:200], reason)
            for number, text in zip(self.numbers[positions], texts, strict=True)
        ]

    def leave_out(self, absent: NDArray[np.bool_]) -> None:
        """Leave the `absent` rows out, rejected ones excepted."""
        self.left_out = np.union1d(self.left_out, self.numbers[absent & self.ok])
        self.ok &= ~absent

    def valid(self) -> Rows:
        """Return the valid rows, with the errors of the others."""
        rows = Rows(self.table, self.numbers, self.columns, [])
        rows = rows if self.ok.all() else rows.filter(self.ok)
        rows.rejected = sorted(self.rejected)
        rows.left_out_numbers, rows.currencies = self.left_out, self.currencies
        rows.left_out_keys, rows.kept, rows.excluded = self.left_out_keys, self.kept, self.excluded
        rows.keep_first = self.source.repeats == "first"
        if self.table == "campaigns" and not self.ok.all():
            rows.rejected_ids = frozenset(self.columns["id"].filter(pa.array(~self.ok)).to_pylist())
        return rows


def _select(block: Block, table: str, source: Source, mapping: Mapping) -> _Candidates:
    """Return the rows of `block` that `where` keeps; of each element of a list one, if `split` says so."""
    parsed = block.parse()
    keep = np.ones(len(parsed.numbers), dtype=bool)
    if source.where and source.window is None:
        keep = mask(parsed.columns, source.where, mapping.value_format(source), mapping.own_formats(source))
    left_out = parsed.numbers[~keep]
    numbers, raw = parsed.numbers[keep], parsed.columns
    keys, excluded = None, dict[str, Counter[str]]()
    if len(left_out):
        formats = mapping.value_format(source), mapping.own_formats(source)
        excluded = excluded_values(raw, source.where, *formats, unnamed=source.columns.get("user", ""))
        if table == "behaviours" and source.may_leave_out_orders:
            removed = {name: column.filter(pa.array(~keep)) for name, column in raw.items()}
            more = ("at", "object", *(["basket"] if "basket" in source.columns else []))
            columns = key_columns(removed, len(left_out), source, mapping, *more)
            keys = Rows(table, left_out, columns, [])
        raw = {name: column.filter(pa.array(keep)) for name, column in raw.items()}
    used = {*source.columns.values(), *(name for rule in source.kinds for name in rule.where)}
    by_rule = [name for name, rule in source.where.items() if rule.is_not and name not in used]
    statuses = dict.fromkeys([*by_rule, *source.statuses]) if table == "behaviours" else {}
    kept = kept_values(raw, statuses, mapping.value_format(source))
    if source.split:
        numbers, raw = split_lists(numbers, raw, source.split)
    ok = np.ones(len(numbers), dtype=bool)
    return _Candidates(
        table, source, mapping, numbers, raw, list(parsed.errors), left_out, ok, keys, kept, excluded
    )


def _convert_field(candidates: _Candidates, spec: Field) -> None:
    """Convert the column of a field; reject invalid values, and missing ones that are required."""
    table, source, mapping = candidates.table, candidates.source, candidates.mapping
    raw, length = candidates.raw, len(candidates.numbers)
    column = raw_column(spec, source, raw, length)
    if spec.name == "kind" and table == "behaviours":
        column = _kinds_by_rule(column, source, raw, length, mapping)
    if column is None:
        return
    name = source.columns.get(spec.name, spec.name)
    for field_name, converted in _convert(spec, column, source, mapping).items():
        candidates.columns[field_name] = converted.values
        candidates.reject(converted.bad, name, column, converted.reason)
        if converted.currencies:
            candidates.currencies[field_name] = converted.currencies
    if not spec.required:
        return
    absent = ~candidates.columns[spec.name].is_valid().to_numpy(zero_copy_only=False)
    if spec.name in _CAMPAIGN_OR_COUPON.get(table, ()):
        candidates.leave_out(absent)
    else:
        reason = _NO_END.format(parts_of(name)[0], open_end()) if spec == _ENDS else MISSING
        candidates.reject(absent, name, column, reason)


def _reject_totals(candidates: _Candidates) -> None:
    """Reject rows of totals, which name no user, product or tag."""
    source, columns, raw = candidates.source, candidates.columns, candidates.raw
    if candidates.table in _WITHOUT_REFERENCES and "id" in source.columns:
        own = source.columns["id"]
        totals = are_totals(columns["id"], (column for name, column in raw.items() if name != own))
        candidates.reject(totals, own, raw[own], REASON)
    elif candidates.table == "behaviours":
        for name in filter(source.columns.__contains__, _WHO_AND_WHAT):
            candidates.reject(name_totals(columns[name]), source.columns[name], columns[name], REASON)


def _reject_unknown_kinds(candidates: _Candidates) -> None:
    kinds, column = list(candidates.mapping.kinds), candidates.columns["kind"]
    unknown = ~is_true(pc.is_in(column, value_set=pa.array(kinds, pa.string())))
    name = candidates.source.columns.get("kind", "kind")
    candidates.reject(unknown, name, column, f"is none of the mapping's kinds ({', '.join(kinds)})")


def _close_windows(candidates: _Candidates) -> None:
    """Set the end of each campaign as the mapping says; reject those that end before they start."""
    source, columns, raw = candidates.source, candidates.columns, candidates.raw
    zone = candidates.mapping.value_format(source, "ends").zone
    if source.duration_days:
        columns["ends"] = days_later(columns["starts"], source.duration_days, zone)
    elif source.end_is_last_day:
        given = raw_column(_ENDS, source, raw, len(candidates.numbers))
        columns["ends"] = after_last_day(columns["ends"], given, zone)
    backwards = is_true(pc.greater_equal(columns["starts"], columns["ends"]))
    ends = source.columns.get("ends", "ends")
    candidates.reject(backwards, ends, raw.get(ends, columns["ends"]), "is not after its start")


def _fill_value(columns: dict[str, pa.Array]) -> None:
    """Replace the unit price by the value, where none is mapped: the price of the quantity, by default 1."""
    price = columns.pop("unit_price", None)
    if price is not None and "value" not in columns:
        quantity = columns.get("quantity")
        columns["value"] = price if quantity is None else pc.multiply(price, pc.fill_null(quantity, 1.0))


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


def _convert(spec: Field, column: pa.Array, source: Source, mapping: Mapping) -> dict[str, Converted]:
    """Return the fields that a column fills: its own, with `as` also others."""
    value_format = mapping.value_format(source, spec.name)
    if spec.refers in ("campaigns", "coupons") or spec.name == "discount":
        value_format = value_format.model_copy(update={"missing": (*value_format.missing, *NULLS)})
    own = source.formats.get(spec.name)
    if own and own.discount:
        return read_discounts(column, own.discount, value_format)
    converted = convert(column, spec.kind, value_format)
    if spec.name == "discount_rate":
        converted = only_rates(converted, source.columns.get(spec.name, spec.name))
    return {spec.name: converted}


def _normalise_ids(columns: dict[str, pa.Array], table: str, mapping: Mapping) -> None:
    """Apply the rules under `ids` to the table's own ids and its references."""
    if not mapping.ids:
        return
    for spec in TABLES[table].fields:
        named = spec.refers or (table if spec.name == "id" else "")
        rules = mapping.ids.get(named, [])  # type: ignore[call-overload]
        if rules and spec.name in columns:
            columns[spec.name] = normalise(columns[spec.name], rules, mapping.left_alone(named))
    if table == "behaviours":
        for kind, behaviour in mapping.kinds.items():
            named = behaviour.object_table
            if rules := mapping.ids.get(named, []):
                objects = normalise(columns["object"], rules, mapping.left_alone(named))
                of_kind = pc.fill_null(pc.equal(columns["kind"], kind), False)
                columns["object"] = pc.if_else(of_kind, objects, columns["object"])
