"""Paths into JSON records: `properties.product_id`, `items[0].sku`, `codes[]`, `params[key=campaign].value`.

A key of the very name of a path, or of its beginning, comes before the path's parts: "offer.id" finds
`{"offer.id": 1}` as well as `{"offer": {"id": 1}}`. `value.offer id | value.offer_id` is the first that has a
value.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from graph.importing.reading.cells import text_of

ABSENT: Final = object()
"""Stands for a path that a record does not have; null is a value."""
RECORD = "^."
"""Begins a path that starts at the record, where the rows are the elements of a list in it."""
ALL = "[]"
"""Names all elements of a list: `codes[]`, `promotions[].id`."""
DIVIDER = ", "
"""Between the values of several elements of a list."""
_SPECIAL = re.compile(r"[.\[]")


def lookup(value: Any, path: str) -> Any:
    """Return what `path` names in `value`, or ABSENT."""
    if not path:
        return value
    if path[0] == "[":
        inside, _, rest = path[1:].partition("]")
        return _lookup_element(value, inside, rest.removeprefix("."))
    if not isinstance(value, dict):
        return ABSENT
    if path in value:
        return value[path]
    for match in _SPECIAL.finditer(path):
        key = path[: match.start()]
        if key in value:
            found = lookup(value[key], path[match.start() :].removeprefix("."))
            if found is not ABSENT:
                return found
    return ABSENT


def _lookup_element(value: Any, inside: str, rest: str) -> Any:
    if not isinstance(value, list):
        return ABSENT
    if not inside:
        return _join([lookup(element, rest) for element in value])
    if inside.isdecimal():
        return lookup(value[int(inside)], rest) if int(inside) < len(value) else ABSENT
    key, _, wanted = inside.partition("=")
    for element in value:
        if isinstance(element, dict) and text_of(element.get(key)) == wanted:
            return lookup(element, rest)
    return ABSENT


def _join(values: list[Any]) -> Any:
    """Return the values of all elements of a list as one text, or the only one as it is."""
    if values and all(value is ABSENT for value in values):
        return ABSENT
    values = [value for value in values if value is not ABSENT and value is not None]
    if any(isinstance(value, dict | list) for value in values):
        return values
    return values[0] if len(values) == 1 else DIVIDER.join(map(str, map(text_of, values))) or None


def getter(path: str) -> Callable[[dict[str, Any]], Any]:
    """Return a function that looks `path` up in a record; of alternatives, the first with a value."""
    paths = alternatives(path)
    if len(paths) > 1:
        return lambda record: _first(record, path, paths)
    if _SPECIAL.search(path):
        return lambda record: lookup(record, path)
    return lambda record: record.get(path, ABSENT)


def alternatives(path: str) -> list[str]:
    """Return the paths of `value.offer id | value.offer_id`."""
    return [part.strip() for part in path.split("|")]


def _first(record: dict[str, Any], path: str, paths: list[str]) -> Any:
    if path in record:
        return record[path]
    found = ABSENT
    for alternative in paths:
        value = lookup(record, alternative)
        if value is not ABSENT:
            found = value
        if value is not ABSENT and value is not None:
            break
    return found


def flatten(record: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the path and value of every plain value of a record, and of every list of plain values.

    A list of objects with a `key` each is followed by key; for others, see `nested_lists`.
    """
    for key, value in record.items():
        yield from _flatten_value(f"{prefix}{key}", value)


def _flatten_value(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from flatten(value, f"{path}.")
    elif isinstance(value, list):
        for element in value:
            if _has_key(element):
                rest = {key: part for key, part in element.items() if key != "key"}
                yield from flatten(rest, f"{path}[key={element['key']}].")
        if value and not any(isinstance(element, dict | list) for element in value):
            yield path + ALL, lookup(value, ALL)
    else:
        yield path, value


def _has_key(element: Any) -> bool:
    return isinstance(element, dict) and isinstance(element.get("key"), str)


def nested_lists(record: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, list[str]]]:
    """Yield the path of each list of objects that `flatten` does not follow, and the paths of its values.

    The path of a value, like `refunds[].amount.value`, names those of all elements.
    """
    for key, value in record.items():
        path = f"{prefix}{key}"
        if isinstance(value, dict):
            yield from nested_lists(value, f"{path}.")
        elif isinstance(value, list):
            elements = [part for part in value if isinstance(part, dict) and not _has_key(part)]
            if elements:
                yield path, [name for part in elements for name, _ in flatten(part, f"{path}{ALL}.")]


def lists_of_objects(record: dict[str, Any], prefix: str = "") -> Iterator[str]:
    """Yield the paths of lists whose elements could be rows."""
    for key, value in record.items():
        if isinstance(value, dict):
            yield from lists_of_objects(value, f"{prefix}{key}.")
        elif isinstance(value, list) and any(isinstance(element, dict) for element in value):
            yield f"{prefix}{key}"
