"""The last line of an inferred mapping: the answers it was inferred with, and whether it was changed since.

Answers about columns decide other parts of the mapping, too. With this line, ``import check`` can infer a
mapping again with the answers that were written into it, without losing what else the user has written.
"""

import hashlib
import json
import re
from typing import Any, NamedTuple

from graph.importing.inference.answers import Place, places_of
from graph.importing.mapping.questions import find_questions, quoted
from graph.importing.mapping.yaml_text import load_yaml

_NOTE = (
    "# The next line lets import check infer the rest again with answers about columns: leave it as it is."
)
_LINE = re.compile(r"^# inferred: (\{.*\})\s*$", re.MULTILINE)
_KEPT = ("dataset", "zone")
"""What a mapping is inferred again with, so that the user may change it."""


class AnswerRecord(NamedTuple):
    """What an inferred mapping says of itself.

    Attributes
    ----------
    answers
        The columns that the user named, with which it was inferred.
    is_changed
        Whether the user has changed more than answers.
    zone
        The time zone that the user stated, for the inference or in the mapping since.
    """

    answers: dict[Place, str]
    is_changed: bool
    zone: str | None = None


def with_record(text: str, answers: dict[Place, str], zone: str | None) -> str:
    """Return the text of a mapping that was inferred with `answers` and `zone`, with its record if of use."""
    content = load_yaml(text)
    if not (answers or places_of(content, find_questions(content))):
        return text
    record = {
        "columns": [[*place, column] for place, column in answers.items()],
        "zone": [zone, stated(content, "zone")],
        "content": _digest(content),
    }
    return f"{text}{_NOTE}\n# inferred: {json.dumps(record, ensure_ascii=False)}\n"


def read_record(text: str) -> AnswerRecord:
    """Return the record of a mapping; of one without, that it was changed."""
    content = load_yaml(text)
    lines = _LINE.findall(text)
    try:
        record = json.loads(lines[-1]) if lines else {}
        answers = {Place(*place): column for *place, column in record["columns"]}
        given, written = record["zone"]
        zone = given if written == stated(content, "zone") else stated(content, "zone")
        return AnswerRecord(answers, record["content"] != _digest(content), zone)
    except (ValueError, TypeError, KeyError):
        return AnswerRecord({}, True, stated(content, "zone"))


def stated(content: Any, name: str) -> str | None:
    """Return a setting of a parsed mapping, unless it is a question."""
    value = content.get(name) if isinstance(content, dict) else None
    return value if isinstance(value, str) else None


def column_answers(content: object) -> dict[Place, str]:
    """Return the answers about columns that stand in a parsed mapping."""
    questions = find_questions(content)
    places = places_of(content, questions)
    return {
        place: str(questions[path]["answer"])
        for path, place in places.items()
        if questions[path]["answer"] is not None
    }


def settle_columns(text: str, answers: dict[Place, str]) -> str:
    """Replace the questions about columns that have an answer by it: what follows from them is inferred.

    Parameters
    ----------
    text
        A mapping as it was inferred, with answers.
    answers
        All answers about columns so far.
    """
    zone = read_record(text).zone
    content = load_yaml(text)
    questions = find_questions(content)
    settled = {
        (path.rpartition(".")[2], str(questions[path]["ask"])): questions[path]["answer"]
        for path in places_of(content, questions)
        if questions[path]["answer"] is not None
    }
    lines = _without_record(text)
    for (field, ask), answer in settled.items():
        key = re.escape(field)
        question = re.escape(json.dumps(ask, ensure_ascii=False))
        block = re.compile(
            rf"^( *){key}:(?: *#.*)?\n\1  ask: {question}\n(?:\1  choose:.*\n(?:\1    .*\n)*)?\1  answer:.*$",
            re.MULTILINE,
        )
        line = f"{field}: {quoted(answer)}".replace("\\", r"\\")
        lines = block.sub(rf"\g<1>{line}", lines)
    return with_record(lines, answers, zone)


def _without_record(text: str) -> str:
    return _LINE.sub("", text.replace(f"{_NOTE}\n", "")).rstrip("\n") + "\n"


def _digest(content: object) -> str:
    """Return a digest of a parsed mapping without its answers and what it is inferred again with."""
    rest: Any = (
        {name: value for name, value in content.items() if name not in _KEPT}
        if isinstance(content, dict)
        else content
    )
    return hashlib.sha256(json.dumps(_unanswered(rest), default=str).encode()).hexdigest()[:16]


def _unanswered(value: Any) -> Any:
    if isinstance(value, list):
        return [_unanswered(item) for item in value]
    if isinstance(value, dict):
        blank = {"answer": None} if {"ask", "answer"} <= set(value) else {}
        return {key: _unanswered(item) for key, item in (value | blank).items()}
    return value
