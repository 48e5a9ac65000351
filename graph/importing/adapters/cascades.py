"""Cascades with real ties: a folder with users.csv, ties.csv and participations.csv.

users.csv: user_id. ties.csv: source, target. participations.csv: campaign_id, user_id, at (seconds since
the campaign's first participation). An optional clock_offsets.csv (campaign_id, offset_seconds) gives each
campaign's start; without it, all start at the same time.
"""

import hashlib
from pathlib import Path

import pandas as pd

from graph.errors import ImportFailed
from graph.importing.adapters import Frames, Prepared, prepare
from graph.importing.mapping.model import parse_mapping

_FORMAT = "1"
_REQUIRED = {
    "users.csv": {"user_id"},
    "ties.csv": {"source", "target"},
    "participations.csv": {"campaign_id", "user_id", "at"},
}
_CLOCK = "clock_offsets.csv"
_ORIGIN = pd.Timestamp("2010-01-01")
"""An arbitrary origin: only time differences are meaningful."""


def cascades(cache: Path, folder: Path, dataset: str | None = None) -> Prepared:
    """Prepare the cascades in `folder`. Raises ImportFailed where a file or a column is missing."""
    digest = hashlib.sha256(_FORMAT.encode())
    frames: Frames = {}
    for file in (*_REQUIRED, _CLOCK):
        path = folder / file
        if file == _CLOCK and not path.exists():
            continue
        try:
            digest.update(path.read_bytes())
            frames[file] = pd.read_csv(path, dtype={"user_id": str, "source": str, "target": str})
        except (OSError, ValueError) as error:
            raise ImportFailed(
                f"{path} cannot be read: {error}.", f"A folder of cascades needs {', '.join(_REQUIRED)}."
            ) from error
        missing = _REQUIRED.get(file, {"campaign_id", "offset_seconds"}) - set(frames[file].columns)
        if missing:
            raise ImportFailed(
                f"{path} has no column {', '.join(sorted(missing))}.",
                "See docs/data-contract.md for the columns of cascades.",
            )
    name = f"cascades-{folder.resolve().name}"
    content = {
        "dataset": dataset or name,
        "zone": "UTC",
        "max_rejected": 0,
        "tables": {
            "users": {"files": "users.parquet", "columns": {"id": "user_id"}},
            "ties": {"files": "ties.parquet", "columns": {"source": "source", "target": "target"}},
            "campaigns": {
                "files": "campaigns.parquet",
                "columns": {"id": "campaign_id", "starts": "starts", "ends": "ends"},
                "constants": {"kind": "cascade"},
            },
            "behaviours": {
                "files": "participations.parquet",
                "columns": {"user": "user_id", "object": "campaign_id", "at": "moment"},
                "constants": {"kind": "adoption"},
            },
        },
        "kinds": {"adoption": {"type": "ADOPTED", "object": "campaign", "weight": 1, "counts": "named"}},
        "participation": {"targeted": False},
    }
    return prepare(
        cache, name, digest.hexdigest()[:16], lambda: _tables(frames), parse_mapping(content, name)
    )


def _tables(frames: Frames) -> Frames:
    participations = frames["participations.csv"]
    seconds = participations["at"].astype("int64")
    if _CLOCK in frames:
        offsets = frames[_CLOCK].set_index("campaign_id")["offset_seconds"]
        seconds = seconds + participations["campaign_id"].map(offsets).fillna(0).astype("int64")
    participations = participations.assign(moment=_ORIGIN + pd.to_timedelta(seconds, unit="s"))
    spans = participations.groupby("campaign_id")["moment"].agg(["min", "max"]).reset_index()
    return {
        "users": frames["users.csv"][["user_id"]],
        "ties": frames["ties.csv"][["source", "target"]],
        "campaigns": pd.DataFrame(
            {
                "campaign_id": spans["campaign_id"],
                "starts": spans["min"],
                "ends": spans["max"] + pd.Timedelta(seconds=1),
            }
        ),
        "participations": participations[["user_id", "campaign_id", "moment"]],
    }
