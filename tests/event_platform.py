"""A generated platform: users visit products every day, and join campaigns, most of them open to all."""

from pathlib import Path

import numpy as np
import pandas as pd

from graph.importing.mapping.model import Mapping, parse_mapping

FIRST = pd.Timestamp("2024-01-01")
_EVERY, _LENGTH = 18, 40
"""Days from one launch to the next, and of a campaign."""


def write_platform(folder: Path, *, days: int = 160, users: int = 50, targets: bool = False) -> None:
    """Write its exports.

    Parameters
    ----------
    folder
        Where to.
    days
        Days from FIRST on.
    users
        Number of users, a tenth of whom arrive between the 22nd and the 10th day from the end.
    targets
        Every second campaign targets the first half of the users, on its first day.
    """
    rng = np.random.default_rng(5)
    names = np.array([f"u{number:02}" for number in range(users)])
    arrives = np.where(np.arange(users) < 0.9 * users, 0, rng.integers(days - 22, days - 10, users))
    likes = np.where(arrives > 0, 3.0, rng.gamma(2.0, 0.5, users))
    starts = range(10, days, _EVERY)
    (folder / "campaigns.csv").write_text(
        "id,starts,ends\n"
        + "".join(f"C{n},{_day(start)},{_day(start + _LENGTH)}\n" for n, start in enumerate(starts))
    )
    targeted = [n for n in range(len(starts)) if targets and n % 2]
    (folder / "targets.csv").write_text(
        "user,campaign\n" + "".join(f"{user},C{n}\n" for n in targeted for user in names[: users // 2])
    )
    rows = []
    for day in range(days):
        weekday = (FIRST.day_of_week + day) % 7
        here = np.flatnonzero(arrives <= day)
        visits = rng.random(len(here)) < (0.5 if weekday >= 5 else 0.3)
        rows += [("visit", user, f"p{rng.integers(20)}", day) for user in here[visits]]
        for number, start in enumerate(starts):
            if start <= day < start + _LENGTH:
                chance = 0.15 * likes[here] * 0.97 ** (day - start)
                joins = here[rng.random(len(here)) < chance]
                rows += [("join", user, f"C{number}", day) for user in joins]
    frame = pd.DataFrame(rows, columns=["kind", "user", "object", "day"])
    frame["user"] = names[frame["user"]]
    times = FIRST + pd.to_timedelta(frame.pop("day"), unit="D")
    frame["at"] = (times + pd.to_timedelta(rng.integers(8, 22, len(frame)), unit="h")).astype(str)
    for kind, part in frame.groupby("kind"):
        part.to_csv(folder / f"{kind}s.csv", index=False)


def platform_mapping(dataset: str, targeted: bool | str = False) -> Mapping:
    """Return the mapping of these exports."""
    columns = {"user": "user", "object": "object", "at": "at"}
    document: dict[str, object] = {
        "dataset": dataset,
        "zone": "Europe/Berlin",
        "tables": {
            "campaigns": {"files": "campaigns.csv", "columns": {n: n for n in ("id", "starts", "ends")}},
            "targetings": {"files": "targets.csv", "columns": {"user": "user", "campaign": "campaign"}},
            "behaviours": [
                {"files": f"{kind}s.csv", "columns": columns, "constants": {"kind": kind}}
                for kind in ("visit", "join")
            ],
        },
        "kinds": {
            "visit": {"type": "VISITED"},
            "join": {"type": "JOINED", "object": "campaign", "counts": "named", "weight": 2.0},
        },
        "participation": {"targeted": targeted},
    }
    return parse_mapping(document, "test")


def _day(number: int) -> str:
    return str((FIRST + pd.Timedelta(days=number)).date())
