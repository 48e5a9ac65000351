"""Takes the time zone that a column of behaviours states, or asks if it states several."""

from collections import Counter
from collections.abc import Mapping
from functools import cache
from zoneinfo import available_timezones

from graph.importing.inference.draft import Ask, Draft, Noted
from graph.importing.inference.files.column_values import Values, count_values
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.mapping.formats import as_list

_MAX_CHOICES = 30


def stated_zone(draft: Draft, by_name: Mapping[str, InspectedFile]) -> Noted | Ask | None:
    """Return the zone that a column of behaviours has in all rows, a question if several; None without one.

    Times with an offset are moments in any zone, but their days are those of the zone.
    """
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
    if not zones or not zones.keys() <= _zones():
        return None
    where = " and ".join(f"{column} of {file}" for file, column in found)
    if len(zones) == 1:
        return Noted(next(iter(zones)), f"defines the days; {where} has it in all rows")
    shown = ", ".join(f"{zone} ({rows:,} rows)" for zone, rows in zones.most_common(_MAX_CHOICES))
    return Ask(
        f"{where} states several time zones: {shown}. In which one are days counted? Times with an offset or "
        "in UTC are moments in any case; those without one are read in the zone that you choose, in all rows",
        tuple(dict.fromkeys([*(zone for zone, _ in zones.most_common(_MAX_CHOICES)), "UTC"])),
    )


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _are_zones(values: Values) -> bool:
    """Return whether all values are names of zones, and one at least is of a place (America/Sao_Paulo)."""
    given = {value.strip() for value in values if value and value.strip()}
    return any("/" in value for value in given) and given <= _zones()
