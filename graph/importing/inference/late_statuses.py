"""Statuses of orders taken back that `where` does not list, as a later export has them for the first time."""

from collections import Counter

from graph.importing.inference.statuses import meaning_of
from graph.importing.warnings import DataWarning

_SHOWN = 5


def warn_of_late_statuses(kept: Counter[tuple[str, str, str]]) -> list[DataWarning]:
    """Return a warning for each column whose rule leaves some statuses out, and loads others of the kind.

    Parameters
    ----------
    kept
        Rows that are loaded, by file, column and status.
    """
    late: dict[tuple[str, str], Counter[str]] = {}
    for (file, column, status), rows in kept.items():
        if meaning_of(status) == "out":
            late.setdefault((file, column), Counter())[status] += rows
    return [_warning(file, column, statuses) for (file, column), statuses in late.items()]


def _warning(file: str, column: str, statuses: Counter[str]) -> DataWarning:
    listed = ", ".join(f"{status}: {rows:,}" for status, rows in statuses.most_common(_SHOWN))
    text = (
        f"{file}, column {column!r}: orders that seem to be taken back or unpaid are loaded ({listed}). "
        f"If they are no purchases, add their statuses to `is_not` of {column} under `where` in the mapping."
    )
    return DataWarning("late_statuses", text, statuses.total(), list(statuses)[:_SHOWN])
