"""Looks at all rows of a file for what its first rows need not have: late statuses, and ids like NULL."""

from collections import Counter
from collections.abc import Iterable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.mapping.formats import parts_of
from graph.importing.vocabulary.missing_values import NO_CAMPAIGNS, NULLS_OF_FILES

MOST_VALUES = 12
"""Different values of a column that may state what its rows are."""
_ID_ROLES = ("user", "product", "campaign", "coupon", "tag", "basket", "id", "source", "target", "store")


def look_at_all_rows(file: InspectedFile) -> None:
    """Count the values of columns of a few, and take ids like NULL in any row for missing values."""
    roles = file.roles
    columns = {roles[role] for role in _ID_ROLES if role in roles}
    columns |= {*file.answers.values(), *file.shared_roles.values(), file.order_key} & set(file.names)
    find_missing(file, columns, NULLS_OF_FILES)
    find_missing(file, (roles[role] for role in ("campaign", "coupon") if role in roles), NO_CAMPAIGNS)
    few: dict[str, Counter[str]] = {name: Counter() for name in file.names if _has_few(file, name)}
    for _, block in file.columns(list(few)) if few else ():
        for name in list(few):
            trimmed = pc.utf8_trim_whitespace(block[name]).drop_null()
            few[name].update({part["values"]: part["counts"] for part in trimmed.value_counts().to_pylist()})
            few[name] = Counter(
                {value: rows for value, rows in few[name].items() if value not in file.missing}
            )
            if len(few[name]) > MOST_VALUES:
                del few[name]
    file.few_values = few


def find_missing(file: InspectedFile, columns: Iterable[str], texts: Sequence[str]) -> None:
    """Add those of `texts` that any row of `columns`, which hold ids, has to the missing values of a file."""
    names = [name for column in columns for name in parts_of(column) if name in file.names]
    names = [name for name in dict.fromkeys(names) if name not in file.typed]
    missing = pa.array(texts, pa.string())
    found = set[str]()
    for _, block in file.columns(names) if names else ():
        for name in names:
            values = pc.utf8_trim_whitespace(block[name])
            found |= set(values.filter(pc.is_in(values, value_set=missing)).unique().to_pylist())
    if found - set(file.missing):
        file.missing = ["", *sorted({*file.missing, *found} - {""})]
        file.settings["missing"] = file.missing


def _has_few(file: InspectedFile, name: str) -> bool:
    given = {value for value in file.values.get(name, []) if value and value not in file.missing}
    return len(given) <= MOST_VALUES
