"""Imports: upload files with a mapping, and see which rows were loaded or rejected."""

from pathlib import Path, PurePosixPath
from shutil import copyfileobj
from typing import Annotated

import yaml
from fastapi import APIRouter, File, Form, Query, Response, UploadFile
from fastapi.responses import FileResponse

from api.deps import ContextDep, GraphDep, PageDep, read_endpoint
from api.routes.jobs import accept_job
from api.schemas.imports import Import, ImportCheck
from api.schemas.jobs import Job
from api.serializers.imports import serialize_check, serialize_import, serialize_questions
from api.strict_route import StrictRoute
from graph.datasets import check_dataset
from graph.errors import InvalidRequest, NotFound
from graph.importing.check import check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.inference.infer_again import infer_again
from graph.importing.mapping.model import Mapping, parse_mapping
from graph.importing.mapping.questions import UnansweredQuestions
from graph.importing.mapping.yaml_text import load_yaml
from graph.importing.reading.input_files import open_input_files
from graph.importing.runs.records import ImportRun, find_import, import_runs
from graph.importing.runs.rejects import Rejects
from graph.importing.uploads import receive, remove_upload, store_mapping
from graph.importing.values.ambiguous_columns import refuse_ambiguous_columns
from graph.importing.values.erased_users import ErasedUsers
from graph.progress import Silent
from graph.remedies import Remedy
from jobs import queue

MaxRejectedForm = Annotated[
    float | None,
    Form(ge=0, le=1, description="Share of rejected rows of a table that stops the import"),
]

_MAX_NAME_BYTES = 255
"""What the usual file systems allow."""

router = APIRouter(prefix="/v1/imports", tags=["imports"], route_class=StrictRoute)


@router.post("", status_code=202)
def start_import(
    context: ContextDep,
    response: Response,
    mapping: Annotated[str, Form(description="The mapping, as YAML or JSON")],
    files: Annotated[list[UploadFile], File(description="The files that the mapping names")],
    max_rejected: MaxRejectedForm = None,
) -> Job:
    """Import the files as a job. The response's `Location` is the job."""
    parsed = _mapping(mapping)
    with receive(context.settings) as folder:
        _store_files(files, folder)
        if (again := infer_again(folder, mapping)) and again.changes:
            raise InvalidRequest(
                f"Answers about columns decide other settings of the mapping: {'; '.join(again.changes)}.",
                "Check the files with this mapping first: the answer has the mapping with what follows.",
            )
        # Reports missing files and columns that could be read in two ways before the job starts.
        refuse_ambiguous_columns(open_input_files(folder, parsed, Silent()), Silent())
        store_mapping(folder, parsed)
        arguments = {"upload": folder.name, "files": len(files), "max_rejected": max_rejected}
        job = queue.submit(context.graph, "import", parsed.dataset, arguments)
    return accept_job(context, response, job)


@router.post("/check")
def check_import(
    context: ContextDep,
    files: Annotated[list[UploadFile], File(description="The files")],
    mapping: Annotated[
        str | None, Form(description="The mapping, as YAML or JSON; default: one inferred from the files")
    ] = None,
    dataset: Annotated[
        str, Form(description="For an inferred mapping: the name of the data set")
    ] = "my-data",
    zone: Annotated[
        str | None,
        Form(
            description="For an inferred mapping: the time zone of the data; default: asked where times have "
            "a clock and no offset, else UTC"
        ),
    ] = None,
    max_rejected: MaxRejectedForm = None,
) -> ImportCheck:
    """Validate every row without writing or storing anything."""
    with receive(context.settings) as folder:
        try:
            _store_files(files, folder)
            text = mapping or infer_mapping(folder, dataset, zone)
            text = _with_answers(folder, text) if mapping else text
            parsed = _mapping(text)
            erased = ErasedUsers.of_graph(context.graph, parsed.dataset)
            report = check_files(folder, parsed, Silent(), max_rejected, erased)
        except UnansweredQuestions as error:
            return serialize_questions(text, error)
        finally:
            remove_upload(context.settings, folder.name)
    return serialize_check(text, report)


@router.get("")
@read_endpoint
def list_imports(
    graph: GraphDep,
    response: Response,
    page: PageDep,
    dataset: Annotated[str | None, Query(description="Only imports of this data set")] = None,
) -> list[Import]:
    """List all imports, latest first."""
    runs = import_runs(graph, dataset)
    if dataset and not runs:
        check_dataset(graph, dataset)
    return [serialize_import(run) for run in page.of(runs, response)]


@router.get("/{import_id}")
@read_endpoint
def get_import(import_id: str, graph: GraphDep) -> Import:
    """Return one import, with its numbers of loaded and rejected rows."""
    return serialize_import(_find(graph, import_id))


@router.get("/{import_id}/rejected", response_class=FileResponse)
def get_rejected(import_id: str, context: ContextDep) -> FileResponse:
    """Return every rejected row as CSV: file, row, column, value, reason."""
    run = _find(context.graph, import_id)
    file = Rejects(context.settings.home / "imports" / run.dataset / str(run.number)).file
    if not file.exists():
        raise NotFound(
            f"{import_id} has no file of rejected rows on this server.",
            "It rejected no row, or has not ended yet.",
        )
    return FileResponse(file, media_type="text/csv", filename=f"{import_id}-rejected.csv")


def _with_answers(folder: Path, text: str) -> str:
    """Return a mapping inferred again where answers about columns were written into it."""
    try:
        again = infer_again(folder, text)
    except (ValueError, yaml.YAMLError):
        return text  # Reading the mapping says what is wrong with it.
    return again.text if again else text


def _mapping(text: str) -> Mapping:
    try:
        return parse_mapping(load_yaml(text), "mapping")
    except yaml.YAMLError as error:
        raise InvalidRequest(f"The mapping cannot be read as YAML: {error}", "Correct it.") from error


def _store_files(files: list[UploadFile], folder: Path) -> None:
    stored: dict[str, str | None] = {}
    for file in files:
        name = PurePosixPath(file.filename or "").name
        if not name or name.startswith(".") or "\\" in name or not name.isprintable():
            raise InvalidRequest(
                f"{file.filename!r} is not a valid file name.",
                "Use a name without folders or control characters.",
            )
        if len(name.encode()) > _MAX_NAME_BYTES:
            raise InvalidRequest(
                f"The file name {name[:40]}... is too long.",
                f"Shorten it to {_MAX_NAME_BYTES} bytes; outside ASCII, a character has several.",
            )
        try:
            with (folder / name).open("xb") as target:
                copyfileobj(file.file, target)
        except FileExistsError as error:
            raise InvalidRequest(
                f"The files {stored.get(name, name)!r} and {file.filename!r} have the same name.",
                "Rename one of them, also in the mapping, or upload the folder as a .zip archive.",
            ) from error
        stored[name] = file.filename


def _find(graph: GraphDep, import_id: str) -> ImportRun:
    dataset, _, number = import_id.rpartition(".")
    if not (number.isascii() and number.isdecimal() and len(number) < 10 and dataset):
        raise NotFound(f"There is no import {import_id!r}.", Remedy("List all imports", "list imports"))
    return find_import(graph, dataset, int(number))
