"""Serializes imports."""

from api.schemas import resources
from graph.importing.runs import ImportRun


def serialize_import(run: ImportRun) -> resources.Import:
    """Return the response for an import."""
    fields = {name: value for name, value in vars(run).items() if name in resources.Import.model_fields}
    return resources.Import(**{**fields, "id": f"{run.dataset}.{run.number}"})
