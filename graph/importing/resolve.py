"""Decides without a database what becomes of each row of a delivery, as if the graph were empty.

The bulk engine writes what comes out; `import check` only counts it. Ids live in memory, rows do not
(but for the tables between users, tags, campaigns and coupons, whose pairs are remembered).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from graph.importing.blocks import Block, read_blocks
from graph.importing.contract import TABLES
from graph.importing.input_files import Delivery, Input
from graph.importing.ledger import Tally
from graph.importing.lines import Damage
from graph.importing.loaders import REFERS, TWICE, referred
from graph.importing.mapping import Mapping
from graph.importing.rows import Rows, in_file, validate, wanted_columns

Ints = NDArray[np.int64]
ENTITIES = ("users", "tags", "products", "campaigns")


class Ids:
    """The ids of one table, each with its position in the order of arrival."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}
        self._values: list[object] = []
        self._index: pd.Index | None = None

    def __len__(self) -> int:
        return len(self._seen)

    def add(self, name: str, values: object = None) -> object:
        """Remember an id: None where it is new, else the values it first came with."""
        if name in self._seen:
            return self._values[self._seen[name]]
        self._seen[name] = len(self._seen)
        self._values.append(values)
        self._index = None
        return None

    def positions(self, column: pa.Array) -> Ints:
        """Where each id of `column` stands; -1 where it is not there, or not given."""
        if self._index is None:
            self._index = pd.Index(np.array(list(self._seen), dtype=object), dtype=object)
        encoded = column.dictionary_encode()
        names = encoded.dictionary.to_numpy(zero_copy_only=False).astype(object)
        known = np.append(self._index.get_indexer(pd.Index(names, dtype=object)), -1)
        places = encoded.indices.fill_null(len(names)).to_numpy(zero_copy_only=False)
        return np.asarray(known[places], dtype=np.int64)


@dataclass
class Resolved:
    """Rows of one block that enter the graph, with the positions of what they name, and their account."""

    source: Input
    block: Block
    rows: Rows
    places: dict[str, Ints]
    tally: Tally
    rejected: list[Damage]
    added: dict[str, list[str]] = field(default_factory=dict)
    """Ids that came in only because rows name them, by table."""


class Resolver:
    """Walks through a delivery table by table."""

    def __init__(self, mapping: Mapping) -> None:
        self.mapping = mapping
        self.ids: dict[str, Ids] = {name: Ids() for name in (*ENTITIES, "coupons")}
        self._pairs: dict[str, set[tuple[int, ...]]] = {name: set() for name in TABLES}

    def run(self, delivery: Delivery, start: Callable[[str, int], None]) -> Iterator[Resolved]:
        """Every block of every table, resolved; `start` is told of each table and its rows."""
        for table, inputs in delivery.tables():
            start(table, sum(one.rows for one in inputs))
            for one in inputs:
                for block in read_blocks(one.path, one.source, wanted_columns(one.source)):
                    yield self._resolve(one, block)

    def _resolve(self, one: Input, block: Block) -> Resolved:
        rows = validate(block, one.table, one.source, self.mapping)
        added = self._add_referred(rows)
        rejected = list(rows.rejected)
        unchanged = 0
        places: dict[str, Ints] = {}
        if one.table in ENTITIES:
            keep, repeated, twice = self._new_entities(rows)
            rejected += in_file(twice, one.source)
            good, unchanged = rows.take(keep), repeated
        else:
            places, unknown = self._look_up(rows)
            rejected += in_file(unknown, one.source)
            ok = ~np.isin(rows.numbers, [damage.row for damage in unknown])
            good, places = rows.take(ok), {name: place[ok] for name, place in places.items()}
            if one.table != "behaviours":
                fresh = self._new_pairs(good, places)
                unchanged = int((~fresh).sum())
                good, places = good.take(fresh), {name: place[fresh] for name, place in places.items()}
        tally = Tally(rows.read, len(good), len(rejected), unchanged, rows.left_out)
        tally.check()
        return Resolved(one, block, good, places, tally, sorted(rejected), added)

    def _add_referred(self, rows: Rows) -> dict[str, list[str]]:
        added = {}
        for table, names in referred(rows, self.mapping).items():
            new = [name for name in sorted(names.to_pylist()) if self.ids[table].add(name, ()) is None]
            if new:
                added[table] = new
        return added

    def _new_entities(self, rows: Rows) -> tuple[NDArray[np.bool_], int, list[Damage]]:
        ids = self.ids[rows.table]
        names = [name for name in rows.columns if name != "id"]
        values = zip(*(rows.columns[name].to_pylist() for name in names), strict=True) if names else None
        keep = np.zeros(len(rows), dtype=bool)
        unchanged, twice = 0, []
        for place, name in enumerate(rows.columns["id"].to_pylist()):
            said = next(values) if values else ()
            known = ids.add(name, said)
            if known is None:
                keep[place] = True
            elif known == said:
                unchanged += 1
            else:
                twice.append(Damage(int(rows.numbers[place]), "id", name, TWICE))
        return keep, unchanged, twice

    def _look_up(self, rows: Rows) -> tuple[dict[str, Ints], list[Damage]]:
        """The position of everything that rows name, and the rows that name what is not there."""
        places: dict[str, Ints] = {}
        unknown: dict[int, Damage] = {}
        for column, table in self._referring(rows):
            found = self.ids[table].positions(rows.columns[column])
            if column == "object":
                mine = self._kind_of(rows, table)
                found = np.where(mine, found, places.get("object", np.full(len(rows), -1)))
                places[column] = found
                absent = mine & (found < 0)
            else:
                places[column] = found
                absent = (found < 0) & rows.columns[column].is_valid().to_numpy(zero_copy_only=False)
            for place in np.flatnonzero(absent):
                row = int(rows.numbers[place])
                value = str(rows.columns[column][int(place)].as_py())
                unknown.setdefault(row, Damage(row, column, value, f"is not among the {table}"))
        return places, list(unknown.values())

    def _referring(self, rows: Rows) -> list[tuple[str, str]]:
        found = [(column, REFERS[column]) for column in rows.columns if column in REFERS]
        if rows.table == "behaviours":
            found += [
                ("object", table)
                for table in sorted({f"{kind.object}s" for kind in self.mapping.kinds.values()})
            ]
        return found

    def _kind_of(self, rows: Rows, table: str) -> NDArray[np.bool_]:
        """Where a behaviour's object is of `table`."""
        kinds = [name for name, kind in self.mapping.kinds.items() if f"{kind.object}s" == table]
        mine = pc.is_in(rows.columns["kind"], value_set=pa.array(kinds, pa.string()))
        return np.asarray(mine.to_numpy(zero_copy_only=False), dtype=bool)

    def _new_pairs(self, rows: Rows, places: dict[str, Ints]) -> NDArray[np.bool_]:
        """Where a row is not the repetition of another one."""
        seen = self._pairs[rows.table]
        keys = [places[name].tolist() for name in places]
        if rows.table == "coupons":
            for name in rows.columns["id"].to_pylist():
                self.ids["coupons"].add(name, ())
            keys.append(self.ids["coupons"].positions(rows.columns["id"]).tolist())
        if rows.table == "promotions" and "coupon" in places:
            return self._new_promotions(seen, keys)
        fresh = np.ones(len(rows), dtype=bool)
        for place, key in enumerate(zip(*keys, strict=True)):
            fresh[place] = key not in seen
            seen.add(key)
        return fresh

    def _new_promotions(self, seen: set[tuple[int, ...]], keys: list[list[int]]) -> NDArray[np.bool_]:
        """What a coupon discounts is promoted as well; a row without a coupon then says nothing new."""
        rows = list(zip(*keys, strict=True))
        fresh = np.ones(len(rows), dtype=bool)
        for place in sorted(range(len(rows)), key=lambda one: rows[one][2] < 0):
            campaign, product, _ = rows[place]
            fresh[place] = rows[place] not in seen
            seen |= {rows[place], (campaign, product, -1)}
        return fresh
