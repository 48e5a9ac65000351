"""`groundswell import ...` and `groundswell imports`: bring data in, see what became of it, take it back."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.table import Table

from api.schemas import resources
from cli.backend import asked
from cli.console import bars, out
from cli.options import HomeOption, settings_for
from cli.remote_backend import Remote
from graph.connection import connect
from graph.errors import InvalidRequest
from graph.importing import adapters
from graph.importing.adapters.cascades import cascades
from graph.importing.adapters.complete_journey import DATASET, complete_journey
from graph.importing.adapters.lastfm import lastfm
from graph.importing.check import check_files
from graph.importing.contract import TABLES
from graph.importing.infer_mapping import sketch
from graph.importing.job import ImportReport, import_prepared
from graph.importing.ledger import Tally
from graph.importing.mapping import FILE_NAME, Mapping, read_mapping
from graph.importing.undo import undo_import

app = typer.Typer(no_args_is_help=True, help="Bring data into the graph.")

FolderArgument = Annotated[Path, typer.Argument(help="The folder of the files.", show_default=False)]
MappingOption = Annotated[
    Path | None, typer.Option("--mapping", help=f"The mapping (default: {FILE_NAME} in the folder).")
]
EngineOption = Annotated[
    Literal["auto", "bulk", "stream"],
    typer.Option(help="bulk: an empty local database at once; stream: any database, batch by batch."),
]
ShareOption = Annotated[
    float | None,
    typer.Option("--max-rejected", min=0, max=1, help="Stop when a larger share of rows is rejected."),
]
NameOption = Annotated[str | None, typer.Option("--dataset", help="Another name for the data set.")]


@app.command("init")
def init(
    folder: FolderArgument,
    dataset: NameOption = None,
    zone: Annotated[str, typer.Option(help="The zone of the data's own days, like Europe/Berlin.")] = "UTC",
    force: Annotated[bool, typer.Option("--force", help="Replace a mapping that is there.")] = False,
) -> None:
    """Look at the files and write a first, commented mapping."""
    path = folder / FILE_NAME
    if path.exists() and not force:
        raise InvalidRequest(f"{path} is there already.", "Correct it, or replace it with --force.")
    path.write_text(sketch(folder, dataset, zone), encoding="utf-8")
    out.print(f"Wrote {path}. Read it through, then: groundswell import check {folder}", soft_wrap=True)


@app.command("schema")
def schema() -> None:
    """Print the JSON schema of mapping files, for your editor."""
    typer.echo(json.dumps(Mapping.model_json_schema(), indent=1))


@app.command("check")
def check(folder: FolderArgument, mapping: MappingOption = None) -> None:
    """Validate every row and show the first ones; nothing is written."""
    said = read_mapping(mapping or folder / FILE_NAME)
    with bars() as progress:
        found = check_files(folder, said, progress)
    for table, rows in found.preview.items():
        if rows:
            _show_preview(table, rows, said.zone)
    _show_tally(f"What an empty database would get of {folder.name or folder}", found.tables)
    _show_reasons(dict(found.reasons.most_common()))
    for name, one in found.examples[:5]:
        out.print(
            f"  {name}, row {one.row}, {one.column or 'whole line'}: {one.value!r} {one.reason}", markup=False
        )
    total = found.total
    if total.rejected > said.max_rejected * total.read:
        out.print(
            f"{total.rejected:,} of {total.read:,} rows would be rejected: more than max_rejected "
            f"({said.max_rejected:.0%}), so an import would stop."
        )
        raise typer.Exit(4)


@app.command("run")
def run(
    folder: FolderArgument,
    home: HomeOption = None,
    mapping: MappingOption = None,
    dataset: NameOption = None,
    engine: EngineOption = "auto",
    max_rejected: ShareOption = None,
) -> None:
    """Import a folder by its mapping; again and again: only what is new is loaded."""
    said = read_mapping(mapping or folder / FILE_NAME)
    if dataset:
        said = said.model_copy(update={"dataset": dataset})
    with asked(home) as ask:
        if isinstance(ask, Remote):
            _sent(ask, folder, said, engine, max_rejected)
            return
        report = ask.import_files(folder, said, engine, max_rejected)
    show_import(report)


@app.command("complete-journey")
def import_complete_journey(
    home: HomeOption = None,
    dataset: Annotated[str, typer.Option("--dataset", help="The data set.")] = DATASET,
    households: Annotated[int | None, typer.Option(help="Only so many households, for a quick look.")] = None,
    engine: EngineOption = "auto",
) -> None:
    """The Complete Journey: a year of 2,469 households, 27 campaigns, 1.5 million purchases."""
    settings = settings_for(home)
    _import_prepared(home, complete_journey(settings.cache, dataset, households), engine)


@app.command("lastfm")
def import_lastfm(
    home: HomeOption = None,
    dataset: Annotated[str, typer.Option("--dataset", help="The data set.")] = "lastfm",
    names: Annotated[Path | None, typer.Option(help="Folder of tags.dat and artists.dat.")] = None,
    engine: EngineOption = "auto",
) -> None:
    """Last.fm 2k: 1,892 users, their friendships and the tags they give; tags as campaigns."""
    _import_prepared(home, lastfm(settings_for(home).cache, dataset, names), engine)


@app.command("cascades")
def import_cascades(
    folder: FolderArgument, home: HomeOption = None, dataset: NameOption = None, engine: EngineOption = "auto"
) -> None:
    """Cascades with real ties: users.csv, ties.csv and participations.csv."""
    _import_prepared(home, cascades(settings_for(home).cache, folder, dataset), engine)


@app.command("undo")
def undo(
    run: Annotated[str, typer.Argument(help="The job, as `groundswell imports` names it: import/3 or 3.")],
    dataset: Annotated[str, typer.Option("--dataset", help="The data set.")] = DATASET,
    home: HomeOption = None,
) -> None:
    """Remove exactly what an import added, and give back what it changed."""
    number = run.removeprefix("import/")
    if not number.isdecimal():
        raise InvalidRequest(
            f"{run!r} is no import job.", "Name it like import/3; `groundswell imports` lists them."
        )
    with connect(settings_for(home)) as graph, bars() as progress:
        report = undo_import(graph, dataset, int(number), progress)
    out.print(
        f"{report.run} of {dataset} is undone: {report.nodes:,} nodes and {report.relationships:,} "
        f"relationships removed, {report.changes:,} nodes given their earlier values; "
        f"{report.participations:,} participations remain."
    )


def list_imports(home: HomeOption = None, dataset: NameOption = None) -> None:
    """List the import jobs: where from, what became of their rows, and how they stand."""
    with asked(home) as ask:
        runs = ask.imports(dataset)
    if not runs:
        out.print("Nothing was imported yet. Begin with `groundswell import init DIR`.")
        return
    _show_runs(runs)


def show_import(report: ImportReport) -> None:
    """What became of the rows, and what the graph holds now."""
    _show_tally(f"{report.run} of data set {report.dataset}, {report.engine} engine", report.tables)
    if report.rejects:
        _show_reasons(report.reasons)
        out.print(f"Every rejected row, with its reason: {report.rejects}", soft_wrap=True)
    holds = ", ".join(f"{rows:,} {what}" for what, rows in report.counts.items())
    done = f"{report.total.loaded:,} rows loaded" if report.total.loaded else "Nothing was new"
    out.print(f"{done}. The graph now holds {holds}.")


def _import_prepared(
    home: Path | None, prepared: adapters.Prepared, engine: Literal["auto", "bulk", "stream"]
) -> None:
    settings = settings_for(home)
    with connect(settings) as graph, bars() as progress:
        report = import_prepared(graph, settings, prepared, progress, engine)
    show_import(report)


def _sent(ask: Remote, folder: Path, said: Mapping, engine: str, max_rejected: float | None) -> None:
    """Import by another server, and fetch what it rejected."""
    if engine == "bulk":
        raise InvalidRequest("A server imports batch by batch.", "Leave out --engine.")
    made = ask.import_files(folder, said, max_rejected)
    _show_runs([made])
    if made.rejected:
        file = Path(f"{made.id}-rejected.csv")
        file.write_bytes(ask.client.rejected(made.id))
        out.print(f"Every rejected row, with its reason: {file}", soft_wrap=True)


def _show_runs(runs: list[resources.Import]) -> None:
    table = Table("job", "state", "rows", "began", "of", show_lines=True)
    for run in runs:
        outcomes = {
            "read": run.read,
            "loaded": run.loaded,
            "rejected": run.rejected,
            "unchanged": run.unchanged,
        }
        rows = "\n".join(f"{count:,} {what}" for what, count in outcomes.items())
        began = f"{run.started[:16].replace('T', ' ')}\ntook {run.seconds} s, {run.engine}"
        job = f"{run.dataset}\nimport/{run.id.rpartition('.')[2]}"
        table.add_row(job, run.state, rows, began, Path(run.source).name)
    out.print(table)
    for run in runs:
        if run.problem:
            out.print(f"{run.dataset} import/{run.id.rpartition('.')[2]}: {run.problem}", markup=False)


def _show_tally(title: str, tables: dict[str, Tally]) -> None:
    shown = Table("table", "read", "=", "loaded", "+ rejected", "+ unchanged", title=title)
    for column in shown.columns[1:]:
        column.justify = "right"
    total = Tally()
    for name, tally in tables.items():
        total.add(tally)
        shown.add_row(name.replace("_", " "), *_cells(tally))
    shown.add_section()
    shown.add_row("all", *_cells(total))
    out.print(shown)
    if total.left_out:
        out.print(f"{total.left_out:,} rows were left out by the mapping's `where`.")


def _cells(tally: Tally) -> list[str]:
    numbers = (tally.loaded, tally.rejected, tally.unchanged)
    return [f"{tally.read:,}", "", *(f"{one:,}" for one in numbers)]


def _show_reasons(reasons: dict[str, int]) -> None:
    for reason, count in list(reasons.items())[:8]:
        out.print(f"  {count:>9,}  {reason}", markup=False, soft_wrap=True)
    if len(reasons) > 8:
        out.print(f"  ... and {len(reasons) - 8} further reasons")


def _show_preview(table: str, rows: list[dict[str, object]], zone: str) -> None:
    names = [name for name in rows[0] if any(row[name] is not None for row in rows)]
    shown = Table(*names, title=f"{table.replace('_', ' ')}, the first rows")
    times = {field.name for field in TABLES[table].fields if field.kind == "time"}
    for row in rows:
        shown.add_row(*(_cell(row[name], zone if name in times else None) for name in names))
    out.print(shown)


def _cell(value: object, zone: str | None) -> str:
    if value is None:
        return ""
    if zone and isinstance(value, int):
        from zoneinfo import ZoneInfo

        moment = datetime.fromtimestamp(value / 1000, UTC).astimezone(ZoneInfo(zone))
        return f"{moment:%Y-%m-%d %H:%M:%S}"
    return str(value)
