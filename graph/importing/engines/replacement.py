"""Replaces behaviours of earlier imports that a later file has again, like an order with another status.

A behaviour is compared with those of its source, user and key. Equal ones stay; the others are replaced, also
where ``where`` leaves the row out now. An undo of the import restores them.
"""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graph.connection import Row, Transaction
from graph.importing.engines.behaviours import VALUES
from graph.importing.engines.loaders import Target
from graph.importing.engines.missing_lines import Order, missing_lines
from graph.importing.engines.sources import of_source, origins
from graph.importing.mapping.source import Source
from graph.importing.runs.ledger import Ledger
from graph.importing.values.keys import key_texts
from graph.importing.values.rows import Rows

_TEXTS = ("user", "type", "object", "campaign", "basket", "store", "id")
_NUMBERS = ("at", *(name for name in VALUES if name not in _TEXTS))
COLUMNS = [*_TEXTS, *_NUMBERS, "key"]
"""The columns of `frame_of`."""


@dataclass(frozen=True)
class ReplacementResult:
    """The rows of a batch that are still to be loaded, and how many others there were.

    Attributes
    ----------
    rows
        Rows that no behaviour equals.
    unchanged
        Rows that equal a behaviour of an earlier import.
    replaced
        Behaviours of earlier imports that are taken out.
    of_unknown_source, kept
        Those of them that are of no source of the mapping, and others of such a source that stay, by their
        source.
    moments
        The times of the rows, left-out ones included; None where nothing is compared.
    replaced_of, restored
        Replaced behaviours by their import, and rows that an import lacks although it has their order or took
        it out, by that.
    removed_lines, cut_lines
        Replaced behaviours whose order the rows have without their object, and those that stay because an
        export cut their order in two, by key.
    stale
        Number of behaviours that stay although `where` leaves out rows with their user, object and time.
    """

    rows: Rows
    unchanged: int = 0
    replaced: int = 0
    of_unknown_source: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    moments: "pd.Series[float] | None" = None
    replaced_of: Counter[int] = field(default_factory=Counter)
    restored: Counter[int] = field(default_factory=Counter)
    removed_lines: Counter[str] = field(default_factory=Counter)
    cut_lines: Counter[str] = field(default_factory=Counter)
    stale: int = 0


def drop_loaded(
    transaction: Transaction,
    rows: Rows,
    source: Source,
    target: Target,
    *,
    ledger: Ledger,
    other_rows: pd.DataFrame | None = None,
) -> ReplacementResult:
    """Leave out rows that an earlier import read already: what it loaded, or what replaced it since, holds.

    Lines that it rejected remain, unless their order was changed since.

    Parameters
    ----------
    transaction, source, target
        The transaction of the batch, and what is loaded.
    rows
        Behaviours of all kinds.
    ledger
        What earlier imports loaded.
    other_rows
        Other rows of the file, by `frame_of`.
    """
    new = frame_of(rows, source, target)
    old = _earlier(transaction, new[["user", "key"]], source, target)
    if not len(old):
        return ReplacementResult(rows, moments=new["at"])
    lines = _with_left_out(new, rows.left_out_keys, source)
    if other_rows is not None:
        lines = pd.concat([lines, other_rows[lines.columns]])
    of_this_source, _ = of_source(
        old, new[["user", "key", "at"]], source, target.mapping.tables["behaviours"], ledger.ends
    )
    old = old[of_this_source]
    changed = old["replaced_by"].notna() | ~_lines(old).isin(_lines(lines))
    known = _lines(new).isin(_lines(old)) | _orders(new).isin(_orders(old[changed]))
    return ReplacementResult(rows.filter(~known), int(known.sum()))


def replace_earlier(
    transaction: Transaction,
    rows: Rows,
    source: Source,
    target: Target,
    *,
    ledger: Ledger,
    at_edges: frozenset[Order] = frozenset(),
    other_rows: pd.DataFrame | None = None,
) -> ReplacementResult:
    """Take out behaviours of earlier imports that `rows`, or rows left out beside them, replace.

    Those of another source stay, also with the same user and key.

    Parameters
    ----------
    transaction, source, target
        The transaction of the batch, and what is loaded.
    rows
        Behaviours of all kinds.
    ledger
        What earlier imports loaded.
    at_edges
        The orders of the first and the last row of the file, which an export can cut in two.
    other_rows
        Other rows of the file, by `frame_of`: behaviours of keys of this batch that equal these stay.
    """
    new = frame_of(rows, source, target)
    again = _with_left_out(new, rows.left_out_keys, source)
    old = _earlier(transaction, again[["user", "key"]], source, target)
    if not len(old):
        return ReplacementResult(rows, moments=again["at"])
    sources = target.mapping.tables["behaviours"]
    replaceable, staying = of_source(old, again, source, sources, ledger.ends)
    kept = origins(old[staying & old["replaced_by"].isna()])
    old = old[replaceable]
    restored = _restored(new, old, target.number)
    standing = old[old["replaced_by"].isna()].reset_index(drop=True)
    lines = again
    if other_rows is not None:
        other_rows = other_rows[_orders(other_rows).isin(_orders(standing))]
        lines = pd.concat([again, other_rows[again.columns]])
    unchanged, equal = _equal(new, standing, other_rows)
    missing, cut = missing_lines(standing, lines, at_edges, ledger.edges)
    restored += _lacking(new[~unchanged], standing[~cut])
    replaced = standing[~equal & ~cut]
    if len(replaced):
        relationships, number = replaced["relationship"].tolist(), target.keys["import"]
        transaction.run("importing/replace_behaviours", relationships=relationships, **{"import": number})
    return ReplacementResult(
        rows.filter(~unchanged),
        int(unchanged.sum()),
        len(replaced),
        origins(replaced[replaced["relation"] == "unknown"]),
        kept,
        again["at"],
        Counter(replaced["import"].tolist()),
        restored,
        Counter(standing.loc[missing & ~cut, "key"].tolist()),
        Counter(standing.loc[cut, "key"].tolist()),
    )


def count_stale_orders(
    transaction: Transaction, rows: Rows, source: Source, target: Target, *, ledger: Ledger
) -> ReplacementResult:
    """Count behaviours of earlier imports whose user, object and time rows have that `where` leaves out.

    The behaviours stay: nothing else identifies their orders, and several orders can agree in all three.
    """
    left_out = rows.left_out_keys
    if left_out is None or not len(left_out):
        return ReplacementResult(rows)
    by_moment = source.model_copy(update={"replaces": ["object", "at"]})
    new = frame_of(rows, by_moment, target)
    again = _with_left_out(new[:0], left_out, by_moment)
    old = _earlier(transaction, again[["user", "key"]], by_moment, target)
    if not len(old):
        return ReplacementResult(rows)
    sources = target.mapping.tables["behaviours"]
    replaceable, _ = of_source(old, again, source, sources, ledger.ends)
    earlier = _orders(old[replaceable & old["replaced_by"].isna()]).value_counts()
    later, gone = (_orders(frame).value_counts() for frame in (new, again))
    stale = earlier.sub(later.reindex(earlier.index, fill_value=0)).clip(lower=0)
    number = np.minimum(stale, gone.reindex(earlier.index, fill_value=0)).sum()
    return ReplacementResult(rows, stale=int(number))


def _with_left_out(new: pd.DataFrame, left_out: Rows | None, source: Source) -> pd.DataFrame:
    """Return user, key, time and object of rows, also of those that `where` leaves out."""
    names = ["user", "key", "at", "object"]
    if left_out is None or not len(left_out):
        return new[names]
    excluded = {name: left_out.columns[name].to_pandas() for name in ("user", "at", "object")}
    excluded["key"] = key_texts(left_out.columns, source.key).to_pandas()
    return pd.concat([new[names], pd.DataFrame(excluded).astype({"at": float})[names]])


def _equal(
    new: pd.DataFrame, standing: pd.DataFrame, other_rows: pd.DataFrame | None
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which rows equal a standing behaviour, and which behaviours equal a row of the file.

    Of equal rows, each stands for one behaviour. Lines of one order may be in `other_rows`, too.
    """
    same = [*_TEXTS, *_NUMBERS]
    numbered = new.assign(row=np.arange(len(new)))
    if other_rows is not None:
        before = other_rows["before"].astype(bool)
        numbered = pd.concat([other_rows[before], numbered, other_rows[~before]], ignore_index=True)
    numbered, earlier = (
        frame.assign(occurrence=frame.groupby(same, dropna=False).cumcount())
        for frame in (numbered, standing)
    )
    pairs = numbered.merge(earlier, on=[*same, "occurrence"])
    unchanged = np.isin(np.arange(len(new)), pairs["row"].to_numpy())
    return unchanged, standing["relationship"].isin(pairs["relationship"]).to_numpy()


def _orders(frame: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(frame[["user", "key"]])


def _lines(frame: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(frame[["user", "key", "object"]])


def _restored(new: pd.DataFrame, old: pd.DataFrame, number: int) -> "Counter[int]":
    """Return the number of rows with the key of an order that an earlier import took out, by that import."""
    standing = old["replaced_by"].isna()
    taken_out = old[~standing & (old["replaced_by"] != number)]
    last = taken_out.groupby(["user", "key"])["replaced_by"].max()
    rows = _orders(new)
    gone = rows[rows.isin(last.index) & ~rows.isin(_orders(old[standing]))]
    return Counter(last.reindex(gone).astype(int).tolist())


def _lacking(rows: pd.DataFrame, standing: pd.DataFrame) -> "Counter[int]":
    """Return the number of rows with the key of a behaviour of an earlier import, by the last such import."""
    last = standing.groupby(["user", "key"])["import"].max()
    keys = _orders(rows)
    return Counter(last.reindex(keys[keys.isin(last.index)]).tolist())


def frame_of(rows: Rows, source: Source, target: Target) -> pd.DataFrame:
    """Return the values of rows by the names that the graph has.

    Returns
    -------
    pandas.DataFrame
        A row for each; texts are empty and numbers NaN where missing. `key` has the fields of the source's
        key, and `at` is in milliseconds.
    """
    frame = pd.DataFrame({name: column.to_pandas() for name, column in rows.columns.items()})
    frame["type"] = frame.pop("kind").map({name: kind.type for name, kind in target.mapping.kinds.items()})
    frame["key"] = key_texts(rows.columns, source.key).to_pandas()
    return typed(frame)


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return behaviours with empty texts and NaN in place of missing values."""
    for name in _TEXTS:
        frame[name] = frame[name].where(frame[name].notna(), "").astype(str) if name in frame else ""
    for name in _NUMBERS:
        frame[name] = frame[name].astype(float) if name in frame else np.nan
    return frame


def _earlier(
    transaction: Transaction,
    keys: pd.DataFrame,
    source: Source,
    target: Target,
) -> pd.DataFrame:
    """Return behaviours of earlier imports with these users and keys, also those taken out."""
    of_users = keys.dropna().drop_duplicates().groupby("user")["key"]
    users: list[Row] = [{"id": user, "keys": dict.fromkeys(of_user, True)} for user, of_user in of_users]
    outcome = transaction.run(
        "importing/behaviours_by_key",
        **target.keys,
        types=target.mapping.types_of(source),
        key=list(source.key),
        users=users,
    )
    return typed(pd.DataFrame(outcome.rows)) if outcome.rows else pd.DataFrame()
