"""Serializes imports."""

from collections.abc import Iterable

from api.schemas.imports import Import, ImportWarning
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
