"""A generated web shop: users, campaigns and behaviours of one year with realistic skew.

User activity and product popularity follow power laws, days have annual and weekly seasons, and a
seeded generator makes the files reproducible.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from graph.importing.mapping.model import Mapping, parse_mapping

_YEAR = 365
_FIRST = pd.Timestamp("2024-01-01")
_CHUNK = 1_000_000


def write(folder: Path, users: int, behaviours: int, seed: int = 5) -> Mapping:
    """Write the files into `folder`; return their mapping."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    products, campaigns = max(100, users // 50), 24
    ids = pd.Series(np.arange(users)).astype(str).radd("u")
    _save(folder / "users.parquet", {"id": ids, "city": rng.integers(0, 200, users).astype(str)})
    names = pd.Series(np.arange(products)).astype(str).radd("p")
    _save(folder / "products.parquet", {"id": names, "category": (np.arange(products) % 80).astype(str)})
    starts = _FIRST + pd.to_timedelta(np.linspace(0, 330, campaigns).astype(int), unit="D")
    codes = pd.Series(np.arange(campaigns)).astype(str).radd("c")
    _save(
        folder / "campaigns.parquet", {"id": codes, "starts": starts, "ends": starts + pd.Timedelta(days=30)}
    )
    reached = np.unique(rng.integers(0, users * campaigns, users // 2))
    _save(
        folder / "targetings.parquet",
        {"user": ids[reached // campaigns], "campaign": codes[reached % campaigns]},
    )
    offers = np.unique(rng.integers(0, products * campaigns, products * 2))
    _save(
        folder / "promotions.parquet",
        {"campaign": codes[offers % campaigns], "product": names[offers // campaigns]},
    )
    _behaviours(folder / "behaviours.parquet", rng, ids, names, behaviours)
    return parse_mapping(mapping_values("generated"), "generated")


def _behaviours(
    path: Path, rng: np.random.Generator, users: pd.Series, products: pd.Series, rows: int
) -> None:
    season = 1 + 0.3 * np.sin(np.arange(_YEAR) / _YEAR * 2 * np.pi) + 0.4 * (np.arange(_YEAR) % 7 >= 5)
    days = np.sort(rng.choice(_YEAR, rows, p=season / season.sum()))
    user_names, product_names = pa.array(users), pa.array(products)
    writer = None
    for start in range(0, rows, _CHUNK):
        n = min(_CHUNK, rows - start)
        seconds = days[start : start + n] * 86_400 + rng.integers(6 * 3600, 23 * 3600, n)
        columns = {
            "user": user_names.take(pa.array(_skewed(rng, len(users), n, 1.3))),
            "object": product_names.take(pa.array(_skewed(rng, len(products), n, 1.2))),
            "at": pa.array(seconds + int(_FIRST.timestamp())),
            "quantity": pa.array(rng.geometric(0.6, n).astype(float)),
            "value": pa.array(np.round(rng.lognormal(2.5, 0.8, n), 2)),
            "discount": pa.array(np.round(rng.exponential(0.5, n), 2)),
            "basket": pa.array((np.arange(start, start + n) // 4).astype(str)),
            "store": pa.array(rng.integers(0, 50, n).astype(str)),
        }
        table = pa.table(columns)
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    if writer:
        writer.close()


def _skewed(rng: np.random.Generator, most: int, n: int, power: float) -> np.ndarray:
    """Integers below `most` from a truncated power law."""
    return np.minimum((most * rng.random(n) ** (power * 2)).astype(np.int64), most - 1)


def _save(path: Path, columns: dict[str, object]) -> None:
    pq.write_table(pa.Table.from_pandas(pd.DataFrame({k: np.asarray(v) for k, v in columns.items()})), path)


def mapping_values(dataset: str) -> dict[str, Any]:
    """The content of the mapping file of `dataset`."""

    def same(file: str, *columns: str) -> dict[str, Any]:
        return {"files": f"{file}.parquet", "columns": {name: name for name in columns}}

    bought = ("user", "object", "at", "quantity", "value", "discount", "basket", "store")
    return {
        "dataset": dataset,
        "zone": "Europe/Berlin",
        "max_rejected": 0,
        "tables": {
            "users": {**same("users", "id"), "attributes": {"city": "city"}},
            "products": same("products", "id", "category"),
            "campaigns": same("campaigns", "id", "starts", "ends"),
            "targetings": same("targetings", "user", "campaign"),
            "promotions": same("promotions", "campaign", "product"),
            "behaviours": {
                **same("behaviours", *bought),
                "constants": {"kind": "purchase"},
                "times": "epoch_s",
            },
        },
        "kinds": {"purchase": {"type": "PURCHASED", "counts": "promoted"}},
    }
