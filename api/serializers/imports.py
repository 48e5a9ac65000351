"""Serializes imports."""

from api.schemas.imports import Import
from graph.importing.runs import ImportRun


def serialize_import(run: ImportRun) -> Import:
    """Return the response for an import."""
    fields = {name: value for name, value in vars(run).items() if name in Import.model_fields}
    return Import(**{**fields, "id": f"{run.dataset}.{run.number}"})
