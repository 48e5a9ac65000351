"""`groundswell import ...` and `groundswell imports`: import data, list imports, and undo them."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.options import DatasetOption, HomeOption, JsonOption, load_local_settings, load_settings
from graph.errors import InvalidRequest

if TYPE_CHECKING:
    from cli.remote_backend import RemoteBackend
    from graph.connection import Graph
    from graph.importing import adapters
    from graph.importing.check import Check
    from graph.importing.inference.answers import Place
    from graph.importing.mapping.model import Mapping
    from graph.importing.report import ImportReport
    from graph.importing.values.erased_users import ErasedUsers

app = typer.Typer(no_args_is_help=True, help="Import data into the database.")

Engine = Literal["auto", "bulk", "stream"]
FolderArgument = Annotated[
    Path, typer.Argument(help="The folder with the files, or a .zip.", show_default=False)
]
MappingOption = Annotated[
    Path | None,
    typer.Option(
        "--mapping",
        help="The mapping (default: groundswell.yaml in the folder, or X.yaml beside X.zip).",
    ),
]
EngineOption = Annotated[
    Engine,
    typer.Option(help="bulk: fast, into an empty local database; stream: batch by batch, into any database."),
]
MaxRejectedOption = Annotated[
    float | None,
    typer.Option(
        "--max-rejected", min=0, max=1, help="Stop if more than this share of a table's rows is rejected."
    ),
]
NameOption = Annotated[
    str | None, typer.Option("--dataset", help="Name the data set (default: the name in the mapping).")
]


@app.command("init")
def init(
    folder: FolderArgument,
    home: HomeOption = None,
    dataset: Annotated[
        str | None, typer.Option("--dataset", help="Name the data set (default: the folder's name).")
    ] = None,
    zone: Annotated[
        str | None,
        typer.Option(
            help="The time zone of the data, for example Europe/Berlin (default: asked where it matters)."
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace an existing mapping; its answers are kept.")
    ] = False,
    run: Annotated[
        bool, typer.Option("--run", help="Then ask what only you know, check every row, and import.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --run: import without asking.")] = False,
) -> None:
    """Inspect the files and write a first, commented mapping."""
    from cli.console import out
    from cli.questions import apply_answers
    from graph.importing.inference.infer import infer_mapping
    from graph.importing.mapping.model import mapping_path, read_mapping
    from graph.importing.mapping.questions import UnansweredQuestions

    path = mapping_path(folder)
    is_new = force or not path.exists()
    if is_new:
        text = _infer_anew(folder, path, dataset, zone)
        path.write_text(text, encoding="utf-8")
        out.print(f"Wrote {path}.", soft_wrap=True)
    elif not run and not apply_answers(folder, path):
        raise InvalidRequest(f"{path} exists already.", "Edit it, or replace it with --force.")
    if run:
        infer = partial(infer_mapping, folder, dataset, zone) if is_new else None
        _check_and_run(folder, path, home, infer, agreed=yes)
        return
    try:
        read_mapping(path)
    except UnansweredQuestions as error:
        out.print("Only you can answer these questions; write each answer after its `answer:`.")
        for question in error.questions:
            out.print(f"  {question}", markup=False, soft_wrap=True)
    out.print(f"Review it, then run: groundswell import check {folder}", soft_wrap=True)


def _infer_anew(folder: Path, path: Path, dataset: str | None, zone: str | None) -> str:
    """Return a new mapping, with the answers in the one that it replaces."""
    from yaml import YAMLError

    from graph.importing.inference.infer import infer_mapping
    from graph.importing.inference.infer_again import infer_with_answers
    from graph.importing.mapping.yaml_text import load_yaml

    try:
        replaced = path.read_text(encoding="utf-8") if path.exists() else ""
        readable = isinstance(load_yaml(replaced), dict)
    except (UnicodeDecodeError, YAMLError):
        readable = False
    if not readable:
        return infer_mapping(folder, dataset, zone)
    return infer_with_answers(folder, replaced, dataset, zone)


def _check_and_run(
    folder: Path,
    path: Path,
    home: Path | None,
    infer: "Callable[[dict[Place, str]], str] | None",
    *,
    agreed: bool,
) -> None:
    """Ask the mapping's questions on a terminal, check all rows, and import them if the user agrees.

    Without a terminal, the user agrees with `--yes` alone.
    """
    import sys

    from cli.questions import apply_answers, ask_questions

    on_terminal = sys.stdin.isatty()
    if on_terminal:
        ask_questions(path, infer)
        while apply_answers(folder, path):
            ask_questions(path)
    _show_check(folder, path, home)
    if not agreed and not on_terminal:
        raise InvalidRequest(
            "Nothing was imported: --run asks before it imports, and there is no terminal.",
            f"Add --yes, or run: groundswell import run {folder}",
        )
    if not agreed:
        typer.confirm("Import these rows?", default=True, abort=True)
    run(folder, home)


@app.command("schema")
def schema() -> None:
    """Print the JSON schema of mapping files, for your editor."""
    import json

    from graph.importing.mapping.model import Mapping

    typer.echo(json.dumps(Mapping.model_json_schema(), indent=1))


@app.command("check")
def check(
    folder: FolderArgument,
    home: HomeOption = None,
    mapping: MappingOption = None,
    max_rejected: MaxRejectedOption = None,
    as_json: JsonOption = False,
) -> None:
    """Validate every row and show the first rows of each table; nothing is written."""
    from graph.importing.mapping.model import mapping_path

    _show_check(folder, mapping or mapping_path(folder), home, max_rejected, as_json)


def _show_check(
    folder: Path, path: Path, home: Path | None, max_rejected: float | None = None, as_json: bool = False
) -> None:
    """Print the outcome that an import would have; exit with an error where it would stop."""
    from cli.console import progress_bars
    from cli.import_report import show_check
    from cli.questions import apply_answers
    from graph.importing.check import check_files
    from graph.importing.mapping.model import read_mapping

    apply_answers(folder, path)
    rules = read_mapping(path)
    with progress_bars() as progress:
        report = check_files(folder, rules, progress, max_rejected, _erased_users(home, rules.dataset))
    if as_json:
        _print_check(path, report)
    else:
        show_check(folder.name or str(folder), report, rules.zone)
    if report.stopped:
        raise report.stopped


def _erased_users(home: Path | None, dataset: str) -> "ErasedUsers | None":
    """Return the erased users of a data set; None where no database answers: a check does without one."""
    from graph.connection import connect
    from graph.database import Timeouts
    from graph.errors import DatabaseError, NotReady
    from graph.importing.values.erased_users import ErasedUsers

    settings = load_settings(home)
    if settings.server:
        return None
    try:
        with connect(settings, Timeouts(connect=2.0, acquire=2.0, retry=0.0)) as graph:
            return ErasedUsers.of_graph(graph, dataset)
    except (DatabaseError, NotReady):
        return None


@app.command("run")
def run(
    folder: FolderArgument,
    home: HomeOption = None,
    mapping: MappingOption = None,
    dataset: NameOption = None,
    engine: EngineOption = "auto",
    max_rejected: MaxRejectedOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import a folder by its mapping. Run it again at any time: only new rows are loaded."""
    from cli.backend import open_backend
    from cli.import_report import show_import
    from cli.local_backend import LocalBackend
    from cli.questions import apply_answers
    from graph.importing.mapping.model import mapping_path, read_mapping

    path = mapping or mapping_path(folder)
    apply_answers(folder, path)
    rules = read_mapping(path)
    if dataset:
        rules = rules.model_copy(update={"dataset": dataset})
    with open_backend(home) as backend:
        if not isinstance(backend, LocalBackend):
            _import_remotely(backend, folder, rules, engine, max_rejected, as_json)
            return
        report = backend.import_files(folder, rules, engine, max_rejected)
        if as_json:
            _print_import(backend.graph, report)
            return
    show_import(report)


@app.command("complete-journey")
def import_complete_journey(
    home: HomeOption = None,
    dataset: Annotated[str, typer.Option("--dataset", help="Name the data set.")] = "complete-journey",
    households: Annotated[
        int | None, typer.Option(help="Only this many households, for a quick look.")
    ] = None,
    engine: EngineOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Import the Complete Journey: a year of 2,469 households, 27 campaigns, 1.5 million purchases."""
    from graph.importing.adapters.complete_journey import complete_journey

    settings = load_local_settings(home)
    _import_prepared(home, complete_journey(settings.cache, dataset, households), engine, as_json)


@app.command("lastfm")
def import_lastfm(
    home: HomeOption = None,
    dataset: Annotated[str, typer.Option("--dataset", help="Name the data set.")] = "lastfm",
    names: Annotated[
        Path | None, typer.Option(help="Folder with tags.dat and artists.dat, for readable names.")
    ] = None,
    engine: EngineOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Import Last.fm 2k: 1,892 users, their friendships and the tags they assign; tags become campaigns."""
    from graph.importing.adapters.lastfm import lastfm

    _import_prepared(home, lastfm(load_local_settings(home).cache, dataset, names), engine, as_json)


@app.command("cascades")
def import_cascades(
    folder: FolderArgument,
    home: HomeOption = None,
    dataset: Annotated[
        str | None, typer.Option("--dataset", help="Name the data set (default: the folder's name).")
    ] = None,
    engine: EngineOption = "auto",
    as_json: JsonOption = False,
) -> None:
    """Import cascades on a known social network: users.csv, ties.csv and participations.csv."""
    from graph.importing.adapters.cascades import cascades

    _import_prepared(home, cascades(load_local_settings(home).cache, folder, dataset), engine, as_json)


@app.command("undo")
def undo(
    run: Annotated[
        str,
        typer.Argument(
            help="The import, as `groundswell imports` lists it: import/3, 3, or with its data set shop.3.",
            show_default=False,
        ),
    ],
    dataset: DatasetOption = None,
    home: HomeOption = None,
) -> None:
    """Remove exactly what an import added, and restore what it changed."""
    from cli.console import out, progress_bars
    from graph.connection import connect
    from graph.datasets import resolve_dataset
    from graph.importing.undo import undo_import

    named, _, number = run.removeprefix("import/").rpartition(".")
    if not number.isdecimal() or (named and dataset not in (None, named)):
        raise InvalidRequest(
            f"{run!r} is not an import{f' of {dataset!r}' if dataset else ''}.",
            "Write it as import/3 or shop.3; `groundswell imports` lists the imports.",
        )
    with connect(load_local_settings(home)) as graph, progress_bars() as progress:
        dataset = resolve_dataset(graph, named or dataset)
        report = undo_import(graph, dataset, int(number), progress)
    out.print(
        f"Undid {report.run} of {dataset}: removed {report.nodes:,} nodes and {report.relationships:,} "
        f"relationships, restored the earlier values of {report.changes:,} nodes and behaviours; "
        f"{report.participations:,} participations remain."
    )


def list_imports(
    home: HomeOption = None,
    dataset: Annotated[
        str | None, typer.Option("--dataset", help="Only imports of this data set (default: of all).")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List the imports, with the number of rows that each loaded and rejected."""
    from cli.backend import open_backend
    from cli.console import out, print_json
    from cli.import_report import show_imports

    with open_backend(home) as backend:
        imports = backend.imports(dataset)
    if as_json:
        print_json(imports)
        return
    if not imports:
        out.print("Nothing has been imported yet. Start with `groundswell import init FOLDER`.")
        return
    show_imports(imports)


def _import_prepared(home: Path | None, prepared: "adapters.Prepared", engine: Engine, as_json: bool) -> None:
    from cli.console import progress_bars
    from cli.import_report import show_import
    from graph.connection import connect
    from graph.importing.job import import_prepared

    settings = load_local_settings(home)
    with connect(settings) as graph, progress_bars() as progress:
        report = import_prepared(graph, settings, prepared, progress, engine)
        if as_json:
            _print_import(graph, report)
            return
    show_import(report)


def _print_import(graph: "Graph", report: "ImportReport") -> None:
    from api.serializers.imports import serialize_import
    from cli.console import print_json
    from graph.importing.runs.records import find_import

    number = int(report.run.rpartition("/")[2])
    print_json(serialize_import(find_import(graph, report.dataset, number)))


def _print_check(mapping: Path, report: "Check") -> None:
    from api.serializers.imports import serialize_check
    from cli.console import print_json

    print_json(serialize_check(mapping.read_text(encoding="utf-8"), report))


def _import_remotely(
    backend: "RemoteBackend",
    folder: Path,
    rules: "Mapping",
    engine: str,
    max_rejected: float | None,
    as_json: bool,
) -> None:
    """Import on another server, and download the rows that it rejected."""
    from cli.console import err, out, print_json
    from cli.import_report import show_imports, show_warnings

    if engine == "bulk":
        raise InvalidRequest("A server imports only with the stream engine.", "Omit --engine.")
    result = backend.import_files(folder, rules, max_rejected)
    if as_json:
        print_json(result)
    else:
        show_imports([result])
        show_warnings(result.warnings)
    if result.rejected:
        file = Path(f"{result.id}-rejected.csv")
        file.write_bytes(backend.client.rejected(result.id))
        (err if as_json else out).print(f"Every rejected row, with its reason: {file}", soft_wrap=True)
