"""Statuses of orders that the mapping does not list, as a later export has them for the first time."""

from collections import Counter

from graph.importing.inference.statuses import meaning_of
from graph.importing.warnings import DataWarning

_SHOWN = 5


def warn_of_late_statuses(kept: Counter[tuple[str, str, str, bool]]) -> list[DataWarning]:
    """Return a warning for each column whose statuses of orders taken back, or new statuses, are loaded.

    Parameters
    ----------
    kept
        Rows that are loaded, by file, column, status that the mapping does not list, and whether it lists
        others.
    """
    late: dict[tuple[str, str, bool], Counter[str]] = {}
    for (file, column, status, is_compared), rows in kept.items():
        meaning = meaning_of(status)
        if meaning == "out" or (meaning == "unknown" and is_compared):
            late.setdefault((file, column, meaning == "out"), Counter())[status] += rows
    return [_warning(*place, statuses) for place, statuses in late.items()]


def _warning(file: str, column: str, out: bool, statuses: Counter[str]) -> DataWarning:
    listed = ", ".join(f"{status}: {rows:,}" for status, rows in statuses.most_common(_SHOWN))
    if len(statuses) > _SHOWN:
        listed += f" and {len(statuses) - _SHOWN:,} others"
    remedy = f"If they are no purchases, list them in `is_not` of {column} under `where` in the mapping"
    what, otherwise = "that seem to be taken back or unpaid", ""
    if not out:
        what = "of a status that was not there when the mapping was written"
        otherwise = f"; otherwise in {column} under `statuses`"
    text = f"{file}, column {column!r}: orders {what} are loaded ({listed}). {remedy}{otherwise}."
    code = "late_statuses" if out else "new_statuses"
    return DataWarning(code, text, statuses.total(), list(statuses)[:_SHOWN])
