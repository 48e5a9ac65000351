"""Lists as CSV: one row for each item, flat, with the columns of the response's schema.

Nested objects become columns with dotted names, as in ``pandas.json_normalize``; lists and maps become JSON.
Texts are quoted and numbers are not, so that an id such as "007" can be told from a number.
"""

import json
from collections.abc import Iterator
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

Column = tuple[str, ...]
"""The keys that lead to a value in an item."""


def row_schema(response_model: Any) -> type[BaseModel] | None:
    """Return the schema of the items if the response is a list of objects, otherwise None."""
    if get_origin(response_model) is not list:
        return None
    (item,) = get_args(response_model)
    return item if isinstance(item, type) and issubclass(item, BaseModel) else None


def prefers_csv(accept: str) -> bool:
    """Return whether an `Accept` header prefers CSV to JSON."""
    weights = {"text/csv": 0.0, "application/json": 0.0, "*/*": 0.0}
    for part in accept.split(","):
        media_type, _, weight = part.replace(" ", "").partition(";q=")
        try:
            weights[media_type] = float(weight or 1)
        except ValueError:
            continue
    return weights["text/csv"] > max(weights["application/json"], weights["*/*"])


def to_csv(schema: type[BaseModel], rows: list[dict[str, Any]]) -> str:
    """Write the JSON objects `rows` as CSV (RFC 4180); the header has the columns even without rows."""
    columns = list(_columns(schema))
    lines = [",".join(_cell(".".join(column)) for column in columns)]
    lines += [",".join(_cell(_value(row, column)) for column in columns) for row in rows]
    return "".join(f"{line}\r\n" for line in lines)


def _columns(schema: type[BaseModel], prefix: Column = ()) -> Iterator[Column]:
    for name, field in schema.model_fields.items():
        nested = _nested_schema(field.annotation)
        if nested is None:
            yield (*prefix, name)
        else:
            yield from _columns(nested, (*prefix, name))


def _nested_schema(annotation: Any) -> type[BaseModel] | None:
    """The schema of a field that is an object or null."""
    options = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)
    for option in options:
        if isinstance(option, type) and issubclass(option, BaseModel):
            return option
    return None


def _value(row: dict[str, Any] | None, column: Column) -> Any:
    value: Any = row
    for key in column:
        value = None if value is None else value[key]
    return value


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        return repr(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return '"' + text.replace('"', '""') + '"'
