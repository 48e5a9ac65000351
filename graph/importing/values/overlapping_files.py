"""Finds orders that several files of one source have in another state, where nothing says which one counts.

Without a key (`replaces`), each file loads its own rows of an order: one that June's file has as paid, and
July's as cancelled, stays, and one with two amounts is loaded twice. Rows are compared by a hash of user,
number of the order and product, or, without a number, of user, product and time.
"""

from collections import defaultdict
from collections.abc import Collection

import numpy as np
import pandas as pd

from graph.importing.reading.input_files import InputFile
from graph.importing.values.hashes import row_hashes
from graph.importing.values.rows import Rows
from graph.importing.warnings import DataWarning

_MAX_ROWS = 5_000_000
"""Later rows are not compared: each takes some 40 bytes."""
_EXAMPLES = 2


class OverlappingFiles:
    """Compares the behaviours of the files of each source, added block by block.

    Parameters
    ----------
    labels
        The sources to compare: without a key, and of several files.
    """

    def __init__(self, labels: Collection[str]) -> None:
        self._labels = labels
        self._blocks: dict[str, list[pd.DataFrame]] = defaultdict(list)
        self._names: dict[str, str] = {}
        self._numbered: dict[str, bool] = {}
        self._where: dict[str, dict[str, None]] = defaultdict(dict)
        self._rows = 0

    def add(self, file: InputFile, rows: Rows) -> None:
        """Add rows of one block of `file`, those that `where` leaves out included."""
        label = file.source.label
        if file.table != "behaviours" or label not in self._labels or self._rows >= _MAX_ROWS:
            return
        self._names[label] = ", ".join(file.source.files)
        self._numbered[label] = "basket" in file.source.columns
        key = ["user", "basket", "object"] if self._numbered[label] else ["user", "object", "at"]
        for part, is_left_out in ((rows, False), (rows.repeated, False), (rows.left_out_keys, True)):
            if part and len(part):
                self._blocks[label].append(_compared(file.name, part, key, is_left_out))
                self._rows += len(part)
        if rows.left_out_keys:
            self._where[label] |= dict.fromkeys(file.source.where)

    def warnings(self) -> list[DataWarning]:
        """Return a warning for each source of which some orders differ between files."""
        found = [self._warning(label, pd.concat(blocks)) for label, blocks in self._blocks.items()]
        return [warning for warning in found if warning]

    def _warning(self, label: str, rows: pd.DataFrame) -> DataWarning | None:
        rows = rows[rows.groupby("key")["file"].transform("nunique") > 1]
        loaded, left_out = (
            part.groupby(["key", "file"], as_index=False).agg(
                rows=("row", "size"), row=("row", "first"), content=("content", "sum")
            )
            for part in (rows[~rows["left_out"]], rows[rows["left_out"]])
        )
        stale = _left_out_elsewhere(loaded, left_out)
        others = loaded[~loaded["key"].isin(stale["key"])]
        differing = _loaded_twice(others if self._numbered[label] else others[:0])
        findings = []
        if len(stale):
            columns = ", ".join(self._where[label])
            findings.append(
                f"{_number(stale['stale'].sum())} loaded that another file has in a state which `where` "
                f"leaves out ({columns})"
            )
        if len(differing):
            findings.append(
                f"{_number(differing['rows'].sum())} in several files with other values, and loaded twice"
            )
        if not findings:
            return None
        among = f" (among the first {_MAX_ROWS:,} rows)" if self._rows >= _MAX_ROWS else ""
        remedy = (
            "`replaces: [basket]`"
            if self._numbered[label]
            else "map its number to `basket`, and `replaces: [basket]`; or `replaces: [object, at]`"
        )
        pairs = pd.concat([stale, differing])[:_EXAMPLES].itertuples()
        return DataWarning(
            "orders_in_several_states",
            f"{self._names[label]}{among}: {'; '.join(findings)}. If they are the same orders, of which the "
            f"later file counts, state in the mapping what identifies an order: {remedy}.",
            int(stale["stale"].sum() + differing["rows"].sum()),
            [f"{pair.file} row {pair.row}, {pair.file_other} row {pair.row_other}" for pair in pairs],
        )


def _compared(file: str, rows: Rows, key: list[str], is_left_out: bool) -> pd.DataFrame:
    """Return the hashes of the rows that have a key, with their numbers."""
    frame = pd.DataFrame({name: column.to_pandas() for name, column in sorted(rows.columns.items())})
    frame = frame.assign(row=rows.numbers).dropna(subset=key)
    keys = frame[key].assign(at=frame["at"].astype("int64")) if "at" in key else frame[key]
    is_compared = "basket" in key and not is_left_out
    content = row_hashes(frame.drop(columns="row")) if is_compared else 0
    return pd.DataFrame({
        "key": row_hashes(keys), "content": content, "row": frame["row"].to_numpy(),
        "file": pd.Categorical([file]).repeat(len(frame)), "left_out": is_left_out,
    }).astype({"content": np.uint64, "file": str})  # fmt: skip


def _left_out_elsewhere(loaded: pd.DataFrame, left_out: pd.DataFrame) -> pd.DataFrame:
    """Return the keys of which a file loads more rows than another that leaves some out, `stale` more."""
    pairs = loaded.merge(left_out, on="key", suffixes=("", "_other"))
    pairs = pairs[pairs["file"] != pairs["file_other"]]
    own = loaded.set_index(["key", "file"])["rows"]
    there = own.reindex(pd.MultiIndex.from_frame(pairs[["key", "file_other"]]), fill_value=0).to_numpy()
    pairs["stale"] = np.minimum(pairs["rows"] - there, pairs["rows_other"])
    return pairs[pairs["stale"] > 0].drop_duplicates(["key", "file"])


def _loaded_twice(loaded: pd.DataFrame) -> pd.DataFrame:
    """Return the keys that a file has with other values than an earlier one."""
    firsts = loaded.drop_duplicates("key")
    pairs = loaded.merge(firsts, on="key", suffixes=("", "_other"))
    return pairs[(pairs["file"] != pairs["file_other"]) & (pairs["content"] != pairs["content_other"])]


def _number(rows: int) -> str:
    return "1 row is" if rows == 1 else f"{rows:,} rows are"
