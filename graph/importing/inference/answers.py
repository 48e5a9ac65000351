"""Answers about columns, with which a mapping is inferred again: other parts of it depend on them."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from graph.importing.inference.campaigns.hours import ONE_PERIOD, WHOLE_DAYS
from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.mapping.questions import NONE_OF_THEM
from graph.importing.mapping.source import no_rows_of

_COLUMN = re.compile(r"tables\.(\w+)(?:\.(\d+))?\.columns\.(\w+)(?:\.column)?")


class Place(NamedTuple):
    """Where a mapping names a column: the `files` of its source as JSON, its table, and the field."""

    files: str
    table: str
    field: str


def places_of(content: object, paths: Iterable[str]) -> dict[str, Place]:
    """Return the places of the questions about columns among those at `paths` of a parsed mapping."""
    tables = content["tables"] if isinstance(content, dict) else {}
    found = {}
    for path in paths:
        if parts := _COLUMN.fullmatch(path):
            sources = tables[parts[1]]
            source = sources if parts[2] is None else sources[int(parts[2])]
            found[path] = Place(json.dumps(source.get("files")), parts[1], parts[3])
    return found


def give_answers(files: Sequence[InspectedFile], answers: dict[Place, str]) -> None:
    """Let `files` know which of their columns the answers name, or that they fill no table."""
    for file in files:
        stated = json.dumps(file.settings.get("files"))
        own = {
            (place.table, place.field): column for place, column in answers.items() if place.files == stated
        }
        for (table, _), column in own.items():
            if column == no_rows_of(table):
                file.problem = f"by your answer, {column.partition(': ')[2]}"
        file.answers = {
            (table, field): column
            for (table, field), column in own.items()
            if column in file.names
            or (field == "campaign" and column != NONE_OF_THEM)
            or (field in ("object", "value", "at") and column == NONE_OF_THEM)
            or (field == "starts" and column in (ONE_PERIOD, WHOLE_DAYS))
        }
