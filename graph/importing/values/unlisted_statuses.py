"""Statuses of orders that the mapping does not list."""

from collections import Counter

from graph.importing.vocabulary.order_statuses import meaning_of
from graph.importing.warnings import DataWarning

_SHOWN = 5


def warn_of_unlisted_statuses(kept: Counter[tuple[str, str, str, bool]]) -> list[DataWarning]:
    """Return a warning for each column whose statuses of orders taken back, or new statuses, are loaded.

    Parameters
    ----------
    kept
        Rows that `where` keeps, by file, column, status that the mapping does not list, and whether it lists
        others.
    """
    unlisted: dict[tuple[str, str, bool], Counter[str]] = {}
    for (file, column, status, is_compared), rows in kept.items():
        meaning = meaning_of(status)
        if meaning == "excluded" or (meaning == "unknown" and is_compared):
            unlisted.setdefault((file, column, meaning == "excluded"), Counter())[status] += rows
    return [_warning(*place, statuses) for place, statuses in unlisted.items()]


def _warning(file: str, column: str, is_excluded: bool, statuses: Counter[str]) -> DataWarning:
    listed = ", ".join(f"{status}: {rows:,}" for status, rows in statuses.most_common(_SHOWN))
    if len(statuses) > _SHOWN:
        listed += f" and {len(statuses) - _SHOWN:,} others"
    what = "reads as cancelled, returned or unpaid" if is_excluded else "is not listed in the mapping"
    text = (
        f"{file}, column {column!r}: {statuses.total():,} rows are kept whose status {what} ({listed}). If "
        f"they are no purchases, add these statuses to `is_not` of {column} under `where` in the "
        f"mapping, otherwise to {column} under `statuses`."
    )
    code = "unlisted_statuses" if is_excluded else "new_statuses"
    return DataWarning(code, text, statuses.total(), list(statuses)[:_SHOWN])
