"""Infers a mapping again with the answers that were written into it, as on a terminal."""

import json
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from graph.errors import InvalidRequest
from graph.importing.inference.answer_record import column_answers, read_record, settle_columns, stated
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.questions import find_questions, resolve_questions, write_answers
from graph.importing.mapping.yaml_text import load_yaml

_MAX_SHOWN = 12
_MAX_LENGTH = 160


@dataclass(frozen=True)
class InferredAgain:
    """A mapping with its answers, and what follows from them.

    Attributes
    ----------
    text
        The mapping inferred with the answers.
    changes
        The settings that differ from the mapping with the answers alone, as sentences.
    """

    text: str
    changes: list[str]


def infer_again(folder: Path, text: str) -> InferredAgain | None:
    """Infer a mapping again if answers about columns were written into it; else return None.

    Parameters
    ----------
    folder
        The files.
    text
        The mapping.

    Raises
    ------
    InvalidRequest
        Something follows from the answers, but the user has changed other settings, too, which would be lost.
    ValueError
        An answer is none of its question's choices.
    """
    content: Any = load_yaml(text)
    if not column_answers(content):
        return None
    answered, _ = resolve_questions(content)
    record = read_record(text)
    dataset, zone = stated(content, "dataset"), record.zone
    inferred = infer_with_answers(folder, text, dataset, zone)
    after, still_open = resolve_questions(load_yaml(inferred))
    changes = _differences(answered, after, open_paths={question.path for question in still_open})
    if record.is_changed:
        if not changes:
            return None
        options = "".join(
            f" --{name} {value}" for name, value in (("dataset", dataset), ("zone", zone)) if value
        )
        raise InvalidRequest(
            "Answers about columns decide other settings of the mapping, but it was changed by hand, too, so "
            f"it is not inferred again. With these answers, `import init` infers: {_listed(changes)}.",
            "Write each column in place of its question if the mapping is right as it is, or infer it again: "
            f"`import init --force{options}` keeps the answers alone.",
        )
    return InferredAgain(inferred, changes)


def infer_with_answers(folder: Path, text: str, dataset: str | None = None, zone: str | None = None) -> str:
    """Return the mapping of a folder inferred anew with all answers in `text`.

    Parameters
    ----------
    folder, text
        The files, and a mapping of them.
    dataset, zone
        As for ``infer_mapping``.
    """
    content = load_yaml(text)
    answers = read_record(text).answers | column_answers(content)
    inferred = infer_mapping(folder, dataset, zone, answers)
    known = {str(question["ask"]): question["answer"] for question in find_questions(content).values()}
    _, still_open = resolve_questions(load_yaml(inferred))
    filled = write_answers(inferred, [known.get(question.ask) for question in still_open])
    return settle_columns(filled, answers)


def _listed(changes: list[str]) -> str:
    more = f"; and {len(changes) - _MAX_SHOWN} more" if len(changes) > _MAX_SHOWN else ""
    return "; ".join(changes[:_MAX_SHOWN]) + more


def _differences(before: object, after: object, path: str = "", *, open_paths: set[str]) -> list[str]:
    """Return what differs between two mappings without their questions, with the path of each setting."""
    parts: dict[str, tuple[object, object]] = {}
    if isinstance(before, dict) and isinstance(after, dict):
        keys = dict.fromkeys([*before, *after])
        parts = {f"{path}.{key}".lstrip("."): (before.get(key), after.get(key)) for key in keys}
    elif isinstance(before, list) and isinstance(after, list) and _are_sources([*before, *after]):
        pairs = zip_longest(before, after)
        parts = {f"{path}.{i}": pair for i, pair in enumerate(pairs)}
    if parts:
        return [
            text
            for place, (old, new) in parts.items()
            for text in _differences(old, new, place, open_paths=open_paths)
        ]
    if before == after:
        return []
    if path in open_paths:
        return [f"{path} is a question"]
    return [f"{path} is {_shown(after)}" if after is not None else f"{path} ({_shown(before)}) is left out"]


def _are_sources(items: list[Any]) -> bool:
    return all(isinstance(item, dict) for item in items)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _MAX_LENGTH else text[: _MAX_LENGTH - 3] + "..."
