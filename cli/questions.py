"""Asks the questions of a mapping file on the terminal, and writes the answers into it."""

from pathlib import Path

from graph.importing.mapping.questions import InvalidAnswer, UnansweredQuestions


def ask_questions(path: Path) -> None:
    """Ask the open questions of the mapping in `path` until none is left. Raises InvalidRequest."""
    from cli.console import out
    from graph.importing.mapping.model import read_mapping
    from graph.importing.mapping.questions import write_answers

    asked: set[str] = set()
    unanswered = path.read_text(encoding="utf-8") if path.exists() else ""
    while True:
        try:
            read_mapping(path)
        except UnansweredQuestions as error:
            unanswered = path.read_text(encoding="utf-8")
            # The same question can stand at several places.
            answers: dict[str, str] = {}
            for question in error.questions:
                if question.ask not in answers:
                    answers[question.ask] = _ask(question.ask, question.choose, question.shown)
            in_order = [answers[question.ask] for question in error.questions]
            asked = {question.path for question in error.questions}
            path.write_text(write_answers(unanswered, in_order), encoding="utf-8")
        except InvalidAnswer as error:
            if not asked & set(error.paths):
                raise
            # An answer in words of one's own, like `Berlin` for a time zone.
            out.print(str(error), markup=False, soft_wrap=True)
            path.write_text(unanswered, encoding="utf-8")
            asked = set()
        else:
            return


def _ask(text: str, choices: tuple[str, ...], shown: list[str]) -> str:
    import typer

    from cli.console import out

    out.print(text, markup=False, soft_wrap=True)
    for number, choice in enumerate(shown, start=1):
        out.print(f"  {number}  {choice}", markup=False)
    while True:
        answer = str(typer.prompt("Number" if choices else "Answer")).strip()
        if not choices:
            return answer
        if answer in choices:
            return answer
        if answer.isdecimal() and 1 <= int(answer) <= len(choices):
            return choices[int(answer) - 1]
        out.print(f"Choose a number from 1 to {len(choices)}.")
