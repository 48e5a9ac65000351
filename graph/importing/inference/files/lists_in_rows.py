"""Lists inside the rows of a file: the paths that read them, and those that nothing reads."""

from collections.abc import Collection

from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.reading.json_paths import ALL, RECORD

_SHOWN = 6


def list_columns(file: InspectedFile) -> list[str]:
    """Return the paths of values in lists, like `codes[]` and `promotions[].id`."""
    plain = [name for name in file.names if name.endswith(ALL)]
    return [*plain, *(name for names in file.lists_in_rows.values() for name in names)]


def first_of(column: str) -> str:
    """Return the path of the first of the values that `column` names."""
    return column.replace(ALL, "[0]", 1)


def unread_lists(file: InspectedFile, read: Collection[str] = ()) -> str:
    """Return the comment on lists of objects of which no value is among `read`; empty without any."""
    unread = {path: names for path, names in file.lists_in_rows.items() if not set(names) & set(read)}
    columns = [name for names in unread.values() for name in names]
    if not columns:
        return ""
    lists = [f"{path} ({', '.join(_keys(path, names))})" for path, names in unread.items()]
    inner = next((path for path in unread if file.source.rows and not path.startswith(RECORD)), None)
    rows = f"`rows: {file.source.rows}.{inner}`" if inner else "`rows`"
    return (
        f"not read of {file.name}: the lists {' and '.join(lists)}. The column `{columns[0]}` would have the "
        f"values of all elements, `{first_of(columns[0])}` that of the first; {rows} would make rows of the "
        "elements"
    )


def _keys(path: str, names: list[str]) -> list[str]:
    keys = [name.removeprefix(f"{path}{ALL}.") for name in names]
    return [*keys[:_SHOWN], *(["..."] if len(keys) > _SHOWN else [])]
