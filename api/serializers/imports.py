"""Serializes imports."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from api.schemas.imports import (
    Import,
    ImportCheck,
    ImportWarning,
    MappingQuestion,
    RejectedRow,
    RowCounts,
)
from graph.importing.mapping.questions import UnansweredQuestions
from graph.importing.runs.records import ImportRun
from graph.importing.warnings import DataWarning

if TYPE_CHECKING:
    from graph.importing.check import Check


def serialize_import(run: ImportRun) -> Import:
    """Return the response for an import."""
    fields = {name: value for name, value in vars(run).items() if name in Import.model_fields}
    warnings = serialize_warnings(run.warnings)
    return Import(**{**fields, "id": f"{run.dataset}.{run.number}", "warnings": warnings})


def serialize_check(mapping: str, report: "Check") -> ImportCheck:
    """Return the response for a check of files with a mapping, the text of which is `mapping`."""
    return ImportCheck(
        mapping=mapping,
        tables={name: RowCounts(**vars(counts)) for name, counts in report.tables.items()},
        reasons=dict(report.reasons.most_common()),
        examples=[
            RejectedRow(
                file=name, row=row.row, column=row.column or None, value=str(row.value), reason=row.reason
            )
            for name, row in report.examples
        ],
        left_out_reasons=report.left_out,
        tally=report.tally.lines(),
        warnings=serialize_warnings(report.warnings),
        unused_columns=report.unused,
        problem=str(report.stopped) if report.stopped else None,
        questions=[],
    )


def serialize_warnings(warnings: Iterable[DataWarning]) -> list[ImportWarning]:
    """Return the response for warnings of an import or a check."""
    return [ImportWarning(**vars(warning)) for warning in warnings]


def serialize_questions(mapping: str, error: UnansweredQuestions) -> ImportCheck:
    """Return the response for a mapping with open questions."""
    questions = [
        MappingQuestion(
            path=question.path,
            ask=question.ask,
            choose=[choice if isinstance(choice, str) else list(choice) for choice in question.choose],
        )
        for question in error.questions
    ]
    return ImportCheck(
        mapping=mapping,
        tables={},
        reasons={},
        examples=[],
        warnings=[],
        left_out_reasons=[],
        tally=[],
        unused_columns={},
        problem=str(error),
        questions=questions,
    )
