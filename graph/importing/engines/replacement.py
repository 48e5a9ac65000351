"""Replaces behaviours of earlier imports that a later file has again, like an order with another status.

A behaviour is compared with those of its source, user and key. Equal ones stay; the others are replaced, also
where ``where`` leaves the row out now. An undo of the import restores them.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from graph.connection import Row, Transaction
from graph.importing.engines.behaviours import VALUES
from graph.importing.engines.loaders import Target
from graph.importing.engines.sources import of_source, origins
from graph.importing.mapping.source import Source
from graph.importing.values.keys import key_texts
from graph.importing.values.rows import Rows

_TEXTS = ("user", "type", "object", "campaign", "basket", "store", "id")
_NUMBERS = ("at", *(name for name in VALUES if name not in _TEXTS))


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
    """

    rows: Rows
    unchanged: int = 0
    replaced: int = 0
    of_unknown_source: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    moments: "pd.Series[float] | None" = None
    replaced_of: Counter[int] = field(default_factory=Counter)
    restored: Counter[int] = field(default_factory=Counter)


def drop_loaded(
    transaction: Transaction,
    rows: Rows,
    source: Source,
    target: Target,
    *,
    files: Mapping[int, Collection[str]],
) -> ReplacementResult:
    """Leave out rows that an earlier import read already: what it loaded, or what replaced it since, holds.

    Parameters
    ----------
    transaction, source, target
        The transaction of the batch, and what is loaded.
    rows
        Behaviours of all kinds.
    files
        The files of behaviours of earlier imports, by number.
    """
    new = frame_of(rows, source, target)
    old = _earlier(transaction, new[["user", "key"]], source, target)
    if not len(old):
        return ReplacementResult(rows, moments=new["at"])
    of_this_source, _ = of_source(
        old, new[["user", "key", "at"]], source, target.mapping.tables["behaviours"], files
    )
    loaded = pd.MultiIndex.from_frame(old.loc[of_this_source, ["user", "key"]])
    known = pd.MultiIndex.from_frame(new[["user", "key"]]).isin(loaded)
    return ReplacementResult(rows.filter(~known), int(known.sum()))


def replace_earlier(
    transaction: Transaction,
    rows: Rows,
    source: Source,
    target: Target,
    *,
    files: Mapping[int, Collection[str]],
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
    files
        The files of behaviours of earlier imports, by number.
    other_rows
        Other rows of the file, by `frame_of`: behaviours of keys of this batch that equal these stay.
    """
    new = frame_of(rows, source, target)
    left_out = rows.left_out_keys
    keys = [new[["user", "key", "at"]]]
    if left_out is not None and len(left_out):
        excluded = {name: left_out.columns[name].to_pandas() for name in ("user", "at")}
        excluded["key"] = key_texts(left_out.columns, source.key).to_pandas()
        keys.append(pd.DataFrame(excluded).astype({"at": float}))
    again = pd.concat(keys)
    old = _earlier(transaction, again[["user", "key"]], source, target)
    if not len(old):
        return ReplacementResult(rows, moments=again["at"])
    replaceable, staying = of_source(old, again, source, target.mapping.tables["behaviours"], files)
    kept = origins(old[staying & old["replaced_by"].isna()])
    old = old[replaceable]
    restored = _restored(new, old, target.number)
    old = old[old["replaced_by"].isna()].reset_index(drop=True)
    # Lines of one order may continue in appended rows; of equal ones, each stands for one behaviour.
    same = [*_TEXTS, *_NUMBERS]
    new["row"] = np.arange(len(new))
    own = new
    if other_rows is not None:
        new = pd.concat(
            [other_rows[other_rows["before"]], new, other_rows[~other_rows["before"]]], ignore_index=True
        )
    for frame in (new, old):
        frame["occurrence"] = frame.groupby(same, dropna=False).cumcount()
    pairs = new.merge(old, on=[*same, "occurrence"])
    unchanged = np.isin(np.arange(len(rows)), pairs["row"].to_numpy())
    replaced = old[~old["relationship"].isin(pairs["relationship"])]
    restored += _lacking(own[~unchanged], old)
    if len(replaced):
        relationships, number = replaced["relationship"].tolist(), target.keys["import"]
        transaction.run("importing/replace_behaviours", relationships=relationships, **{"import": number})
    from_unknown = origins(replaced[replaced["relation"] == "unknown"])
    return ReplacementResult(
        rows.filter(~unchanged),
        int(unchanged.sum()),
        len(replaced),
        from_unknown,
        kept,
        again["at"],
        Counter(replaced["import"].tolist()),
        restored,
    )


def _restored(new: pd.DataFrame, old: pd.DataFrame, number: int) -> "Counter[int]":
    """Return the number of rows with the key of an order that an earlier import took out, by that import."""
    standing = old["replaced_by"].isna()
    taken_out = old[~standing & (old["replaced_by"] != number)]
    last = taken_out.groupby(["user", "key"])["replaced_by"].max()
    rows = pd.MultiIndex.from_frame(new[["user", "key"]])
    gone = rows[
        rows.isin(last.index) & ~rows.isin(pd.MultiIndex.from_frame(old.loc[standing, ["user", "key"]]))
    ]
    return Counter(last.reindex(gone).astype(int).tolist())


def _lacking(rows: pd.DataFrame, standing: pd.DataFrame) -> "Counter[int]":
    """Return the number of rows with the key of a behaviour of an earlier import, by the last such import."""
    last = standing.groupby(["user", "key"])["import"].max()
    keys = pd.MultiIndex.from_frame(rows[["user", "key"]])
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
    return _typed(frame)


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
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
    return _typed(pd.DataFrame(outcome.rows)) if outcome.rows else pd.DataFrame()
