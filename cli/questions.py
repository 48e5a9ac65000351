"""Asks the questions of a mapping file on the terminal, and writes the answers into it."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from graph.importing.mapping.questions import InvalidAnswer, UnansweredQuestions

if TYPE_CHECKING:
    from graph.importing.inference.answers import Place
    from graph.importing.mapping.questions import Choice


def ask_questions(path: Path, infer: "Callable[[dict[Place, str]], str] | None" = None) -> None:
    """Ask the open questions of the mapping in `path` until none is left.

    Parameters
    ----------
    path
        The mapping.
    infer
        Returns the mapping anew for answers about columns, which are asked first: others depend on them.
        None: the user may have changed the mapping, which is kept.

    Raises
    ------
    InvalidRequest
        The mapping is invalid apart from the answers.
    """
    from cli.console import out
    from graph.importing.inference.answer_record import read_record, settle_columns
    from graph.importing.inference.answers import places_of
    from graph.importing.mapping.model import read_mapping
    from graph.importing.mapping.questions import NONE_OF_THEM, write_answers
    from graph.importing.mapping.yaml_text import load_yaml

    asked: dict[str, str] = {}
    answers: dict[str, Choice] = {}
    unanswered = path.read_text(encoding="utf-8") if path.exists() else ""
    columns: dict[Place, str] = read_record(unanswered).answers
    while True:
        try:
            read_mapping(path)
        except UnansweredQuestions as error:
            unanswered = path.read_text(encoding="utf-8")
            paths = [question.path for question in error.questions]
            places = places_of(load_yaml(unanswered), paths) if infer else {}
            first = [question for question in error.questions if question.path in places]
            new = [question for question in first if question.ask not in answers]
            # The same question can stand at several places.
            for question in new or error.questions:
                if question.ask not in answers:
                    answers[question.ask] = _ask(question.ask, question.choose, question.shown)
                if new and str(answers[question.ask]).startswith(f"{NONE_OF_THEM}: "):
                    break  # The other questions about the file are of no use.
            if infer and new:
                columns |= {
                    places[question.path]: str(answers[question.ask])
                    for question in first
                    if question.ask in answers
                }
                path.write_text(infer(columns), encoding="utf-8")
                continue
            in_order = [answers[question.ask] for question in error.questions]
            asked = {question.path: question.ask for question in error.questions}
            path.write_text(write_answers(unanswered, in_order), encoding="utf-8")
        except InvalidAnswer as error:
            wrong = [asked[place] for place in error.paths if place in asked]
            if not wrong:
                raise
            # An answer in words of one's own, like `Berlin` for a time zone.
            out.print(str(error), markup=False, soft_wrap=True)
            path.write_text(unanswered, encoding="utf-8")
            answers = {text: answer for text, answer in answers.items() if text not in wrong}
            asked = {}
        else:
            if infer:
                path.write_text(settle_columns(path.read_text(encoding="utf-8"), columns), encoding="utf-8")
            return


def apply_answers(folder: Path, path: Path) -> bool:
    """Infer the mapping in `path` again where answers about columns were written into it.

    Parameters
    ----------
    folder, path
        The files, and their mapping, which is replaced.

    Returns
    -------
    bool
        Whether it was inferred again.

    Raises
    ------
    InvalidRequest
        The mapping was changed in other places, too, of which some depend on the answers.
    """
    from yaml import YAMLError

    from cli.console import err
    from graph.importing.inference.infer_again import infer_again
    from graph.importing.mapping.questions import resolve_questions
    from graph.importing.mapping.yaml_text import load_yaml

    try:
        text = path.read_text(encoding="utf-8")
        resolve_questions(load_yaml(text))
    except (OSError, ValueError, YAMLError):
        return False  # Reading the mapping says what is wrong with it.
    again = infer_again(folder, text)
    if again is None:
        return False
    path.write_text(again.text, encoding="utf-8")
    if again.changes:
        err.print(f"{path}: inferred again with your answers. What follows from them:", markup=False)
        for change in again.changes:
            err.print(f"  {change}", markup=False, soft_wrap=True)
    return True


def _ask(text: str, choices: "tuple[Choice, ...]", shown: list[str]) -> "Choice":
    import typer

    from cli.console import out
    from graph.importing.mapping.questions import chosen_values

    out.print(text, markup=False, soft_wrap=True)
    for number, choice in enumerate(shown, start=1):
        out.print(f"  {number}  {choice}", markup=False, soft_wrap=True)
    while True:
        answer = str(typer.prompt("Number" if choices else "Answer")).strip()
        if not choices:
            return answer
        chosen = chosen_values(answer, choices) or chosen_values(_listed(answer), choices)
        if chosen is not None:
            return chosen
        if answer.isdecimal() and 1 <= int(answer) <= len(choices):
            return choices[int(answer) - 1]
        out.print(f"Choose a number from 1 to {len(choices)}.")


def _listed(answer: str) -> object:
    """Return the values of an answer like `[open, in review]`."""
    from yaml import YAMLError

    from graph.importing.mapping.yaml_text import load_yaml

    try:
        return load_yaml(answer) if answer.startswith("[") else answer
    except YAMLError:
        return answer
