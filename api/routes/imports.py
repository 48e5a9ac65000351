"""Import jobs: send files and a mapping, see what becomes of the rows."""

from pathlib import PurePosixPath
from shutil import copyfileobj
from typing import Annotated

import yaml
from fastapi import APIRouter, Form, Query, Response, UploadFile
from fastapi.responses import FileResponse

from api import schemas
from api.deps import ContextDep, GraphDep
from graph.errors import InvalidRequest, NotFound
from graph.importing.mapping import parse_mapping
from graph.importing.rejects import Rejects
from graph.importing.runs import ImportRun, find_import, import_runs

router = APIRouter(prefix="/v1/imports", tags=["imports"])


@router.post("", status_code=202)
def start_import(
    context: ContextDep,
    response: Response,
    mapping: Annotated[str, Form(description="The mapping, as YAML or JSON")],
    files: Annotated[list[UploadFile], Form(description="The files that it names")],
    max_rejected: Annotated[float | None, Form(ge=0, le=1, description="Share that stops the job")] = None,
) -> schemas.ImportJob:
    """Import the files; the answer's `Location` tells how far the job is."""
    try:
        said = parse_mapping(yaml.safe_load(mapping), "mapping")
    except yaml.YAMLError as error:
        raise InvalidRequest(f"The mapping cannot be read as YAML: {error}", "Correct it.") from error
    with context.imports.receive() as folder:
        for file in files:
            name = PurePosixPath(file.filename or "").name
            if not name or name.startswith(".") or "\\" in name:
                raise InvalidRequest(
                    f"{file.filename!r} is no name for a file.", "Send it under a plain name."
                )
            with (folder / name).open("wb") as kept:
                copyfileobj(file.file, kept)
        number = context.imports.start(folder, said, max_rejected)
    job = _job(context, find_import(context.graph, said.dataset, number))
    response.headers["Location"] = f"/v1/imports/{job.id}"
    return job


@router.get("")
def list_imports(
    context: ContextDep, dataset: Annotated[str | None, Query(description="Of one data set only")] = None
) -> list[schemas.ImportJob]:
    """Every import job, the latest first."""
    return [_job(context, run) for run in import_runs(context.graph, dataset)]


@router.get("/{job_id}")
def get_import(job_id: str, context: ContextDep) -> schemas.ImportJob:
    """One job: how it stands, and while it runs, how far it is."""
    return _job(context, _find(context.graph, job_id))


@router.get("/{job_id}/rejected", response_class=FileResponse)
def get_rejected(job_id: str, context: ContextDep) -> FileResponse:
    """Every rejected row as CSV: file, row, column, value, reason."""
    run = _find(context.graph, job_id)
    file = Rejects(context.settings.home / "imports" / run.dataset / str(run.number)).file
    if not file.exists():
        raise NotFound(
            f"{job_id} has no file of rejected rows here.", "It rejected none, or has not ended yet."
        )
    return FileResponse(file, media_type="text/csv", filename=f"{job_id}-rejected.csv")


def _find(graph: GraphDep, job_id: str) -> ImportRun:
    dataset, _, number = job_id.rpartition(".")
    if not number.isdecimal() or not dataset:
        raise NotFound(f"There is no import job {job_id!r}.", "GET /v1/imports lists them.")
    return find_import(graph, dataset, int(number))


def _job(context: ContextDep, run: ImportRun) -> schemas.ImportJob:
    stage = context.imports.progress(run.dataset, run.number)
    progress = None
    if stage is not None:
        left = max(0, (stage.total or 0) - stage.done)
        progress = schemas.Progress(
            stage=stage.what,
            done=stage.done,
            total=stage.total,
            per_second=round(stage.rate, 1),
            seconds_left=round(left / stage.rate, 1) if stage.total and stage.rate else None,
        )
    state = "running" if stage is not None and run.state == "interrupted" else run.state
    return schemas.ImportJob(
        id=f"{run.dataset}.{run.number}",
        dataset=run.dataset,
        state=state,
        problem=run.problem,
        source=run.source,
        engine=run.engine,
        read=run.read,
        loaded=run.loaded,
        rejected=run.rejected,
        unchanged=run.unchanged,
        started=run.started,
        finished=run.finished,
        progress=progress,
    )
