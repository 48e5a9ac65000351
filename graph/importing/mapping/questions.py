"""Questions in a mapping file: what only the user knows.

Anywhere in the file, a value can be a question. Its answer takes its place; while one is missing, the mapping
is refused with all open questions::

    times:
      ask: "Is 03/04/2024 (orders.csv, row 2, Date) 3 April or 4 March?"
      choose: ["%d/%m/%Y", "%m/%d/%Y"]
      answer:

Choices may have examples, which only explain them: ``choose: {customer: "4711, 4712", sku: "TEA, MILK"}``.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from graph.errors import InvalidRequest
from graph.importing.mapping.formats import OR
from graph.importing.mapping.yaml_text import in_one_line

Choice = str | tuple[str, ...]
"""A possible answer: a text, or several values of a column as a list."""
NONE_OF_THEM = "none of them"
"""The answer that none of the columns, or values of a column, is what a question asks for."""
_OPEN_ANSWER = re.compile(r"^(\s*answer:)[ \t]*(#.*)?$", re.MULTILINE)


@dataclass(frozen=True)
class Question:
    """A question in a mapping.

    Attributes
    ----------
    path
        Where it stands in the file.
    ask
        Its text.
    choose
        The possible answers; empty: any.
    examples
        What explains each of them, if anything does.
    """

    path: str
    ask: str
    choose: tuple[Choice, ...] = ()
    examples: tuple[str, ...] = ()

    @property
    def shown(self) -> list[str]:
        """The possible answers with their examples."""
        examples = self.examples or ("",) * len(self.choose)
        return [
            f"{_shown(choice)} ({example})" if example else _shown(choice)
            for choice, example in zip(self.choose, examples, strict=True)
        ]

    def __str__(self) -> str:
        choices = f" ({' or '.join(self.shown)})" if self.choose else ""
        return f"{self.path}: {self.ask}{choices}"


class UnansweredQuestions(InvalidRequest):
    """A mapping has open questions."""

    def __init__(self, origin: str, questions: list[Question]) -> None:
        count = "1 question" if len(questions) == 1 else f"{len(questions)} questions"
        super().__init__(
            f"{origin} has {count} to answer: " + "; ".join(str(question) for question in questions),
            "Write each answer after its `answer:` in the mapping.",
        )
        self.questions = questions


class InvalidAnswer(InvalidRequest):
    """The answers to some questions of a mapping are invalid.

    Attributes
    ----------
    paths
        Where these questions stand in the file.
    """

    def __init__(self, problem: str, remedy: str, paths: list[str]) -> None:
        super().__init__(problem, remedy)
        self.paths = paths


def find_questions(value: object, path: str = "") -> dict[str, dict[str, object]]:
    """Return the questions of a parsed mapping, answered or not, by where they stand in it."""
    if isinstance(value, list):
        inner = {f"{path}.{i}": item for i, item in enumerate(value)}
    elif isinstance(value, dict) and {"ask", "answer"} <= set(value):
        return {path: value}
    elif isinstance(value, dict):
        inner = {f"{path}.{key}".lstrip("."): item for key, item in value.items()}
    else:
        return {}
    return {place: found for key, item in inner.items() for place, found in find_questions(item, key).items()}


def answered_paths(value: object) -> set[str]:
    """Return where the questions that have an answer stand in a parsed mapping."""
    return {path for path, question in find_questions(value).items() if question["answer"] is not None}


def resolve_questions(content: object) -> tuple[object, list[Question]]:
    """Replace the questions of a parsed mapping by their answers, and return the open ones.

    Raises
    ------
    ValueError
        An answer is none of its question's choices, or a question is not written as one.
    """
    questions: list[Question] = []

    def resolve(value: object, path: str) -> object:
        if isinstance(value, list):
            return [resolve(item, f"{path}.{i}") for i, item in enumerate(value)]
        if not isinstance(value, dict):
            return value
        if not {"ask", "answer"} <= set(value):
            return {key: resolve(item, f"{path}.{key}".lstrip(".")) for key, item in value.items()}
        answer = value["answer"]
        given = value.get("choose") or ()
        if not isinstance(given, list | dict | tuple):
            raise ValueError(f"{path}: choose: {given!r} is no list of possible answers, like [a, b]")
        if isinstance(answer, dict) or not isinstance(value["ask"], str):
            raise ValueError(f"{path}: write a question as text after `ask:`, and its answer after `answer:`")
        choices = tuple(_as_choice(choice) for choice in given)
        examples = tuple(str(example or "") for example in given.values()) if isinstance(given, dict) else ()
        if answer is None:
            questions.append(Question(path, str(value["ask"]), choices, examples))
        elif choices:
            chosen = chosen_values(answer, choices)
            if chosen is None:
                listed = ", ".join(map(_shown, choices))
                raise ValueError(
                    f"{path}: the answer {answer!r} is none of {listed}{_how_to_combine(choices)}"
                )
            return answer if isinstance(chosen, str) else list(chosen)
        return answer

    return resolve(content, ""), questions


def chosen_values(answer: object, choices: Sequence[Choice]) -> Choice | None:
    """Return which choice an answer is; None if it is none of them.

    Where a choice is a list, the answer may be any list of values that the choices have. Formats of times,
    which are no values, may be several in one text: ``iso | %d/%m/%Y``.
    """
    has_lists = any(isinstance(choice, tuple) for choice in choices)
    given = _as_choice(answer)
    for choice in choices:
        if given == choice or (has_lists and _values(given) == _values(choice)):
            return choice
    if has_lists:
        known = {value for choice in choices for value in _values(choice)} - {NONE_OF_THEM}
        return given if isinstance(given, tuple) and set(given) <= known else None
    parts = {part for choice in choices for part in str(choice).split(OR)}
    return given if isinstance(given, str) and set(given.split(OR)) <= parts else None


def _as_choice(value: object) -> Choice:
    return tuple(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _values(choice: Choice) -> tuple[str, ...]:
    return choice if isinstance(choice, tuple) else (choice,)


def _shown(choice: Choice) -> str:
    return in_one_line(choice) if isinstance(choice, tuple) else choice


def _how_to_combine(choices: Sequence[Choice]) -> str:
    has_lists = any(isinstance(choice, tuple) for choice in choices)
    return "; write several values as a list: [a, b]" if has_lists else ""


def write_answers(text: str, answers: Sequence[object]) -> str:
    """Return the text of a mapping file with the answers to its open questions, in their order.

    None leaves a question open.
    """
    remaining = iter(answers)

    def fill(match: re.Match[str]) -> str:
        answer = next(remaining, None)
        return match[0] if answer is None else f"{match[1]} {quoted(answer)}"

    return _OPEN_ANSWER.sub(fill, text)


def quoted(answer: object) -> str:
    """Return an answer as YAML in one line."""
    if isinstance(answer, list | tuple):
        return json.dumps(answer, ensure_ascii=False, default=str)
    return "'" + str(answer).replace("'", "''") + "'"
