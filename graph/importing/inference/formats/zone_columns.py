"""Takes the time zone that a column of behaviours states; asks if it states several, or not the given one."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from graph.importing.inference.draft import Ask, Draft, Noted
from graph.importing.inference.files.column_values import Values, count_values
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.mapping.formats import as_list

_MAX_CHOICES = 30
_HOW_READ = (
    "Times with an offset or in UTC are moments in any case; those without one are read in the zone that you "
    "choose, in all rows"
)


def stated_zone(draft: Draft, by_name: Mapping[str, InspectedFile]) -> Noted | Ask | None:
    """Return the zone that a column of behaviours has in all rows, a question if several; None without one.

    Times with an offset are moments in any zone, but their days are those of the zone.
    """
    zones, where = _zones_of_columns(draft, by_name)
    if not zones:
        return None
    if len(zones) == 1:
        return Noted(next(iter(zones)), f"defines the days; {where} has it in all rows")
    return Ask(
        f"{where} states several time zones: {_listed(zones)}. In which one are days counted? {_HOW_READ}",
        tuple(dict.fromkeys([*(zone for zone, _ in zones.most_common(_MAX_CHOICES)), "UTC"])),
    )


def contradicted_zone(draft: Draft, by_name: Mapping[str, InspectedFile], zone: str) -> Ask | None:
    """Return the question which zone holds if columns of behaviours state others than `zone`; else None."""
    zones, where = _zones_of_columns(draft, by_name)
    if not zones or zone not in _zones() or any(_have_one_clock(zone, other) for other in zones):
        return None
    return Ask(
        f"The time zone is given as {zone}, but {where} states {_listed(zones)}. In which one are days "
        f"counted? {_HOW_READ}",
        (zone, *(other for other, _ in zones.most_common(_MAX_CHOICES))),
    )


def _zones_of_columns(draft: Draft, by_name: Mapping[str, InspectedFile]) -> tuple[Counter[str], str]:
    """Return the number of rows by zone that columns of behaviours state, and which columns do, in words."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for source in draft.sources:
        files = as_list(source.settings["files"]) if source.table == "behaviours" else []
        for file in (by_name[name] for name in files if name in by_name):
            for column in file.names:
                if (file.name, column) not in found and _are_zones(file.values.get(column, [])):
                    counts = [count_values(frame[column]) for frame in file.frames([column])]
                    found[file.name, column] = sum(counts, Counter[str]())
    zones = sum(found.values(), Counter[str]())
    del zones[""]
    where = " and ".join(f"{column} of {file}" for file, column in found)
    return (zones if zones.keys() <= _zones() else Counter()), where


def _listed(zones: Counter[str]) -> str:
    return ", ".join(f"{zone} ({rows:,} rows)" for zone, rows in zones.most_common(_MAX_CHOICES))


def _have_one_clock(zone: str, other: str) -> bool:
    """Return whether clocks of two zones agree in winter and summer, as those of Europe/Kyiv and Kiev."""
    moments = (datetime(2024, month, 15, tzinfo=UTC) for month in (1, 7))
    return all(
        moment.astimezone(ZoneInfo(zone)).utcoffset() == moment.astimezone(ZoneInfo(other)).utcoffset()
        for moment in moments
    )


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _are_zones(values: Values) -> bool:
    """Return whether all values are names of zones, and one at least is of a place (America/Sao_Paulo)."""
    given = {value.strip() for value in values if value and value.strip()}
    return any("/" in value for value in given) and given <= _zones()
