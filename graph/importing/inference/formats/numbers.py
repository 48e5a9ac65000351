"""Decides the signs of a file's numbers over all its rows, or asks."""

from typing import Any

from graph.importing.contract import TABLES
from graph.importing.inference.draft import Ask
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.inference.formats.texts import file_of, texts_of
from graph.importing.mapping.formats import Numbers
from graph.importing.values.number_profile import NumberProfile, profile_numbers


def decide_numbers(file: InspectedFile, columns: dict[str, str]) -> dict[str, Any]:
    """Return the signs of each field, None for the default; fields that need none are left out."""
    decided: dict[str, Any] = {}
    for field, column in columns.items():
        profile = profile_numbers(texts_of(file, column))
        if contradiction := profile.contradiction:
            first, second = contradiction
            decided[field] = Ask(
                f"The numbers of {column} in {file_of(file, column)} contradict each other: {first} and "
                f"{second} cannot have the same decimal sign. Correct the file, then choose the form of all "
                "its numbers",
                ("1,234.56", "1.234,56"),
            )
        elif len(profile.formats) > 1:
            decided[field] = Ask(
                f"Is {profile.ambiguous_examples[0]} in {column} of {file_of(file, column)} above a "
                "thousand, or a number with decimals? No row decides; choose how 1234.56 would be written. "
                'If other numbers have both signs, as in 1.234,56, it is `numbers: {decimal: ",", '
                'thousands: "."}`',
                tuple(f"1{signs.thousands}234{signs.decimal}56" for signs in profile.formats),
            )
        elif profile.formats and _needs_signs(profile):
            signs = profile.formats[0].model_dump(exclude={"divide_by"})
            decided[field] = None if profile.formats[0] == Numbers() else signs
    return decided


def asked_numbers(table: str, file: InspectedFile, columns: dict[str, Any]) -> dict[str, str]:
    """Return the only column that may be the answer of each field of numbers whose column is a question."""
    asked = {
        field.name: [
            name for name in columns[field.name].choose if name in file.names and name not in file.typed
        ]
        for field in TABLES[table].fields
        if field.kind == "number" and isinstance(columns.get(field.name), Ask)
    }
    return {field: names[0] for field, names in asked.items() if len(names) == 1}


def _needs_signs(profile: NumberProfile) -> bool:
    """Whether there are values beyond plain digits, which every format reads."""
    return bool(profile.only.total() or profile.ambiguous)
