"""The share of rejected rows that is allowed in each table; `check` and `run` apply the same."""

import json
from collections.abc import Callable, Mapping

from graph.importing.runs.rejects import RejectReason
from graph.importing.runs.row_counts import RowCounts
from graph.importing.values.validate import MISSING
from graph.remedies import Remedy

_FEW_ROWS = 20
_LIMIT_OF_FEW_ROWS = 0.5


def exceeded(
    tables: Mapping[str, RowCounts],
    limit_of: Callable[[str], float],
    expected: Mapping[str, int] | None = None,
) -> str | None:
    """Return the first table in which more rows were rejected than allowed, or None.

    Parameters
    ----------
    tables
        Number of rows by outcome, by table.
    limit_of
        Returns the allowed share of a table.
    expected
        While rows are still being read: how many each table will have. An import stops early only where the
        rows to come cannot bring the share below the limit again.
    """
    for table, counts in tables.items():
        rows = max(counts.read, (expected or {}).get(table, 0))
        if counts.rejected > _allowed(limit_of(table), rows) * rows:
            return table
    return None


def _allowed(limit: float, rows: int) -> float:
    """In a table of a few rows, a single one exceeds any small share; a limit of 0 stays 0."""
    return max(limit, _LIMIT_OF_FEW_ROWS) if limit and rows < _FEW_ROWS else limit


def describe(table: str, counts: RowCounts, limit: float, reasons: Mapping[RejectReason, int]) -> str:
    """Return how many rows of `table` were rejected, and the most frequent of `reasons`."""
    text = f"{counts.rejected:,} of {counts.read:,} rows were rejected in table {table}, more than the "
    text += f"{_allowed(limit, counts.read):.0%} allowed"
    if reasons:
        reason = max(reasons, key=lambda name: reasons[name])
        text += f"; the most frequent reason ({reasons[reason]:,} rows) is: {reason}"
        if reason.reason == MISSING:
            name = json.dumps(reason.column, ensure_ascii=False)
            text += f" (to leave out rows without it: `where: {{{name}: {{empty: false}}}}`)"
    return text


REMEDY = Remedy(
    "Correct the mapping or the files; or allow more, with `max_rejected` in the mapping or for this import",
    "allow rejected rows",
)
