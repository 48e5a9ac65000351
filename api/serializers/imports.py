"""Serializes imports."""

from collections.abc import Iterable

from api.schemas.imports import Import, ImportCheck, ImportWarning, MappingQuestion
from graph.importing.mapping.questions import UnansweredQuestions
from graph.importing.runs import ImportRun
from graph.importing.warnings import DataWarning


def serialize_import(run: ImportRun) -> Import:
    """Return the response for an import."""
    fields = {name: value for name, value in vars(run).items() if name in Import.model_fields}
    warnings = serialize_warnings(run.warnings)
    return Import(**{**fields, "id": f"{run.dataset}.{run.number}", "warnings": warnings})


def serialize_warnings(warnings: Iterable[DataWarning]) -> list[ImportWarning]:
    """Return the response for warnings of an import or a check."""
    return [ImportWarning(**vars(warning)) for warning in warnings]


def serialize_questions(mapping: str, error: UnansweredQuestions) -> ImportCheck:
    """Return the response for a mapping with open questions."""
    questions = [
        MappingQuestion(path=question.path, ask=question.ask, choose=list(question.choose))
        for question in error.questions
    ]
    return ImportCheck(
        mapping=mapping,
        tables={},
        reasons={},
        examples=[],
        warnings=[],
        tally=[],
        problem=str(error),
        questions=questions,
    )
