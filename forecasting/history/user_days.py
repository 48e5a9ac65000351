"""Reads what users did from Neo4j: activity and participations by day or hour, promoted purchases by day."""

from datetime import date
from typing import Any

import pandas as pd

from graph.connection import Graph
from graph.importing.mapping.kinds import DERIVED


def read_activity(graph: Graph, *, dataset: str, before: str, unit: str = "day") -> pd.DataFrame:
    """Read ``History.activity`` by `unit`, day or hour."""
    scope = {"dataset": dataset, "before": before, "derived": sorted(DERIVED), "unit": unit}
    types = {"value": float, "by_coupon": bool}
    return _one_row_per_user(graph.frame("influence/user_activity", **scope), types)


def read_participations(graph: Graph, *, dataset: str, before: str, unit: str = "day") -> pd.DataFrame:
    """Read ``History.participations`` by `unit`, day or hour."""
    scope = {"dataset": dataset, "before": before, "unit": unit}
    types = {"redeemed": bool, "purchases": int, "redemptions": int, "weight": float}
    return _one_row_per_user(graph.frame("influence/user_participations", **scope), types)


def _one_row_per_user(steps: pd.DataFrame, types: dict[str, Any]) -> pd.DataFrame:
    """Divide lists of users, and of values with these types, into rows."""
    rows = with_timestamps(steps).explode(["user", *types], ignore_index=True)
    # As categories, users are looked up by number in the many rows.
    return rows.astype({"user": "category", **types})


def read_bought(graph: Graph, campaign: str, types: list[str], *, dataset: str, before: str) -> pd.DataFrame:
    """Read daily purchases of promoted products by targeted users: user, ds, purchases, value, by_coupon.

    `types` are those of purchases and of their returns; a day of returns alone has no purchases.
    """
    scope = {"dataset": dataset, "campaign": campaign, "before": before}
    frame = graph.frame("influence/products_bought", **scope, types=types)
    return with_timestamps(frame.explode(["step", "purchases", "value", "by_coupon"], ignore_index=True))


def since(first_day: date, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `frame` from `first_day` on."""
    return frame[frame["ds"] >= pd.Timestamp(first_day)].reset_index(drop=True)


def with_timestamps(frame: pd.DataFrame) -> pd.DataFrame:
    """Return `frame` with the column ds, timestamps, in place of step, ISO dates or moments."""
    return frame.assign(ds=pd.to_datetime(frame["step"])).drop(columns="step")
