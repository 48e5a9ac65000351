"""Answers about columns, with which a mapping is inferred again: other parts of it depend on them."""

import json
import re
from collections.abc import Sequence
from typing import NamedTuple

from graph.importing.inference.files.inspected_file import InspectedFile
from graph.importing.mapping.questions import Question
from graph.importing.mapping.source import NO_COLUMN
from graph.importing.mapping.yaml_text import load_yaml

_COLUMN = re.compile(r"tables\.(\w+)\.(\d+)\.columns\.(\w+)")


class Place(NamedTuple):
    """Where a mapping names a column: the `files` of its source as JSON, its table, and the field."""

    files: str
    table: str
    field: str


def places_of(mapping: str, questions: Sequence[Question]) -> dict[str, Place]:
    """Return the places of the questions about columns in the text of a mapping, by their path."""
    tables = load_yaml(mapping)["tables"]  # type: ignore[index]
    found = {}
    for question in questions:
        if parts := _COLUMN.fullmatch(question.path):
            files = tables[parts[1]][int(parts[2])]["files"]
            found[question.path] = Place(json.dumps(files), parts[1], parts[3])
    return found


def give_answers(files: Sequence[InspectedFile], answers: dict[Place, str]) -> None:
    """Let `files` know which of their columns the answers name; some name none."""
    for file in files:
        stated = json.dumps(file.settings.get("files"))
        file.answers = {
            (place.table, place.field): column
            for place, column in answers.items()
            if place.files == stated and (column in file.names or place.field == "campaign")
            if column != NO_COLUMN
        }
