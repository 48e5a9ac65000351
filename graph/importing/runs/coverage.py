"""What the behaviours of a data set cover: its first day, and its last complete one.

An export is often cut within its last day, and single stamps lie decades from all others. Neither may set the
days of the data set: an unfinished day looks like a slump, and a stamp in 1969 like decades without a
behaviour. The mapping can state the end with `complete_until`; otherwise it is guessed here, with its reason.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from graph.connection import Graph, Row
from graph.importing.mapping.model import Mapping
from graph.importing.values.day_counts import DayCounts
from graph.importing.warnings import DataWarning

_FAR_DAYS = 365
_STRAY_SHARE = 0.001
_STRAY_ROWS = 1
"""A data set of few rows may have this many stray ones."""
_FEW_ROWS = 50
"""In fewer rows, none is called stray."""
_DAYS_BEFORE = 28
_MIN_DAYS_BEFORE = 7
_EARLY_QUANTILE = 0.05


@dataclass(frozen=True)
class Coverage:
    """The days that a data set covers.

    Attributes
    ----------
    first, last
        First day, and last day that is complete.
    reason
        Why the last day is not that of the last behaviour; None if it is.
    warnings
        What somebody should look at.
    """

    first: date
    last: date
    reason: str | None = None
    warnings: tuple[DataWarning, ...] = ()


def find_coverage(days: DayCounts, complete_until: date | datetime | None, zone: str) -> Coverage | None:
    """Find the days that behaviours cover; None without behaviours.

    Parameters
    ----------
    days
        The behaviours by day.
    complete_until
        What the mapping states: the last complete day, or a moment.
    zone
        Time zone of the days.
    """
    if not days.rows:
        return None
    bulk, stray = _split(days)
    warnings = []
    if stray:
        warnings.append(_stray_warning(days, bulk, stray))
    tomorrow = date.today() + timedelta(days=1)
    if future := [day for day in bulk if _date(day) > tomorrow]:
        warnings.append(_future_warning(days, future))
    first, last = _date(bulk[0]), _date(bulk[-1])
    if complete_until is not None:
        stated = _last_complete_day(complete_until, zone)
        later = sum(days.rows[day] for day in bulk if _date(day) > stated)
        if later:
            text = (
                f"{later:,.0f} behaviours are after {stated}, until which the mapping says that the data is "
                "complete: they are loaded, but the data set ends before them."
                if not isinstance(complete_until, datetime)
                else f"{later:,.0f} behaviours are after {stated}, the last whole day that the mapping calls "
                "complete: they are loaded, and only forecasts by hour use them, up to the stated moment."
            )
            warnings.append(DataWarning("after_complete_until", text, round(later)))
        if stated < first:
            return Coverage(first, last, None, tuple(warnings))
        reason = None if stated == last else f"the mapping says so: complete_until {complete_until}"
        return Coverage(first, stated, reason, tuple(warnings))
    unfinished = _unfinished(days, bulk)
    if unfinished is None:
        return Coverage(first, last, None, tuple(warnings))
    complete = last - timedelta(days=1)
    text = (
        f"{last} seems unfinished: {unfinished}. Its number of behaviours counts as unknown, and the data as "
        f"complete until {complete}. If that is wrong, set `complete_until` in the mapping."
    )
    warnings.append(DataWarning("unfinished_day", text, round(days.rows[bulk[-1]])))
    return Coverage(first, complete, f"{last} seems unfinished: {unfinished}", tuple(warnings))


def _split(days: DayCounts) -> tuple[list[int], list[int]]:
    """Return the days of the bulk of all behaviours, and those that are stray, in order."""
    ordered = np.array(sorted(days.rows))
    rows = np.array([days.rows[day] for day in ordered.tolist()])
    breaks = np.flatnonzero(np.diff(ordered) > _FAR_DAYS) + 1
    parts = np.split(np.arange(len(ordered)), breaks)
    total = rows.sum()
    bulk = max(parts, key=lambda part: rows[part].sum())
    span = ordered[bulk[-1]] - ordered[bulk[0]]
    allowed = max(_STRAY_SHARE * total, _STRAY_ROWS if total >= _FEW_ROWS else 0)
    stray: list[int] = []
    for side in (np.arange(bulk[0]), np.arange(bulk[-1] + 1, len(ordered))):
        if not len(side):
            continue
        gap = min(abs(ordered[side] - ordered[bulk[0]]).min(), abs(ordered[side] - ordered[bulk[-1]]).min())
        if gap > max(_FAR_DAYS, span) and rows[side].sum() <= allowed:
            stray += ordered[side].tolist()
    return sorted(set(ordered.tolist()) - set(stray)), sorted(stray)


def _unfinished(days: DayCounts, bulk: list[int]) -> str | None:
    """Return why the last day seems unfinished, or None."""
    end = bulk[-1]
    before = [day for day in bulk if end - _DAYS_BEFORE <= day < end]
    last = [days.last[day] for day in before]
    # Dates without a time of day cannot tell.
    if len(before) < _MIN_DAYS_BEFORE or not any(last):
        return None
    usual_last = float(np.quantile(last, _EARLY_QUANTILE))
    usual_rows = float(np.median([days.rows[day] for day in before]))
    if days.last[end] >= usual_last or days.rows[end] >= usual_rows / 2:
        return None
    rows = round(days.rows[end])
    return (
        f"it has {rows:,} behaviour{'' if rows == 1 else 's'}, the last at {_clock(days.last[end])}; the "
        f"days before have {usual_rows:,.0f}, the last mostly after {_clock(usual_last)}"
    )


def _stray_warning(days: DayCounts, bulk: list[int], stray: list[int]) -> DataWarning:
    rows = round(sum(days.rows[day] for day in stray))
    examples = [str(_date(day)) for day in stray[:5]]
    more = ", ..." if len(stray) > len(examples) else ""
    text = (
        f"{rows:,} behaviours are years from all others ({', '.join(examples)}{more}): they are loaded, but "
        f"the data is taken to begin on {_date(bulk[0])} and to end on {_date(bulk[-1])}. Correct their "
        "times, or leave them out."
    )
    return DataWarning("stray_times", text, rows, examples)


def _future_warning(days: DayCounts, future: list[int]) -> DataWarning:
    rows = round(sum(days.rows[day] for day in future))
    text = (
        f"{rows:,} behaviours are in the future, until {_date(future[-1])}. Their dates may be read wrongly "
        "(`times`), or have the years of another calendar, like the Buddhist one: correct them in the files."
    )
    return DataWarning("future_times", text, rows, [str(_date(day)) for day in future[:5]])


def _last_complete_day(stated: date | datetime, zone: str) -> date:
    if not isinstance(stated, datetime):
        return stated
    local = stated.replace(tzinfo=ZoneInfo(zone)) if stated.tzinfo is None else stated
    # 23:59:59 is the end of a day as well.
    return (local.astimezone(ZoneInfo(zone)) + timedelta(seconds=1)).date() - timedelta(days=1)


def _date(day: int) -> date:
    return date(1970, 1, 1) + timedelta(days=day)


def _clock(milliseconds: float) -> str:
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%H:%M}"


def record_coverage(
    graph: Graph, dataset: str, number: int, mapping: Mapping | None = None
) -> list[DataWarning]:
    """Store on the Run of an import what its data set covers, and return the warnings about it.

    Parameters
    ----------
    graph, dataset
        The database and the data set.
    number
        The import.
    mapping
        Its mapping, whose `complete_until` holds from now on; None or one without behaviours: what an earlier
        mapping stated holds.
    """
    days, zone = DayCounts(), "UTC"
    for row in graph.run("importing/days", dataset=dataset):
        days.add_text(row["days"], row["loaded"] / max(1, row["loaded"] + row["unchanged"]))
        zone = row["zone"]
    stated = _stated(graph, dataset, mapping)
    coverage = find_coverage(days, parse_end(stated), zone)
    if coverage is None:
        return []
    properties: Row = {
        "complete_until": stated,
        "first_day": coverage.first.isoformat(),
        "last_day": coverage.last.isoformat(),
        "last_day_reason": coverage.reason,
    }
    graph.run("importing/coverage", dataset=dataset, number=number, properties=properties)
    return list(coverage.warnings)


def _stated(graph: Graph, dataset: str, mapping: Mapping | None) -> str | None:
    if mapping is not None and ("behaviours" in mapping.tables or mapping.complete_until is not None):
        return mapping.complete_until.isoformat() if mapping.complete_until else None
    rows = graph.run("importing/complete_until", dataset=dataset)
    return rows[0]["complete_until"] if rows else None


def parse_end(text: str | None) -> date | datetime | None:
    """Return the day or moment that `text` states in ISO format."""
    if text is None:
        return None
    return datetime.fromisoformat(text) if ":" in text else date.fromisoformat(text)
