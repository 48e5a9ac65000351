"""Looking up the ids of a table."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from graph.importing.values.id_index import FixedIdIndex, IdIndex

CHUNKS = [pa.array(["b", "a", "ü"]), pa.array(["a", "007", "7"])]
COLUMN = pa.array(["7", None, "a", "A", "007", "", "ü", "a"])


def test_ids_have_the_position_of_their_first_occurrence() -> None:
    index = FixedIdIndex(CHUNKS)
    assert len(index) == 5
    assert index.positions(COLUMN).tolist() == [4, -1, 1, -1, 3, -1, 2, 1]
    assert FixedIdIndex([]).positions(COLUMN).tolist() == [-1] * len(COLUMN)


def test_both_indexes_agree() -> None:
    names = [f"user-{number}" for number in np.random.default_rng(1).integers(0, 5_000, 10_000)]
    growing = IdIndex()
    for name in names[:6_000]:
        growing.add(name)
    fixed, column = FixedIdIndex([pa.array(names[:6_000])]), pa.array(names)
    assert fixed.positions(column).tolist() == growing.positions(column).tolist()


def test_ids_with_one_hash_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pd.util, "hash_array", lambda values, **_: np.array([len(v) for v in values]))
    assert FixedIdIndex(CHUNKS).positions(COLUMN).tolist() == [4, -1, 1, -1, 3, -1, 2, 1]
