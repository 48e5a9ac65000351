"""Prints the outcome of imports and checks, and lists imports."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rich.table import Table

from cli.console import out
from graph.importing.contract import TABLES

if TYPE_CHECKING:
    from api.schemas.imports import Import, ImportWarning
    from graph.importing.check import Check
    from graph.importing.report import ImportReport
    from graph.importing.runs.row_counts import RowCounts
    from graph.importing.warnings import DataWarning

_MAX_LEFT_OUT = 8
_MAX_REASONS = 8
_MAX_UNUSED = 12
_MAX_EXAMPLES = 5


def show_import(report: "ImportReport") -> None:
    """Print how many rows an import loaded and rejected, and what the database now holds."""
    _show_counts(f"{report.run} of data set {report.dataset}, {report.engine} engine", report)
    if report.rejects:
        _show_reasons(report.reasons)
        out.print(f"Every rejected row, with its reason: {report.rejects}", soft_wrap=True)
    if report.reloaded_imports:
        out.print(
            f"Files are read in another way than before: {', '.join(report.reloaded_imports)} "
            f"{'was' if len(report.reloaded_imports) == 1 else 'were'} undone and all rows loaded anew."
        )
    _show_tally(report.tally)
    show_warnings(report.warnings)
    contents = ", ".join(f"{count:,} {label}" for label, count in report.counts.items())
    loaded = f"{report.total.loaded:,} rows loaded" if report.total.loaded else "Nothing was new"
    out.print(f"{loaded}. The database now holds {contents or 'nothing of this data set'}.")
    if report.participations or report.removed:
        now = report.counts.get("participations", 0)
        before = now - report.participations + report.removed
        out.print(f"{now:,} participations now, {before:,} before.")


def show_check(name: str, report: "Check", zone: str) -> None:
    """Print the outcome that importing the folder `name` would have; times are in `zone`."""
    for table, rows in report.preview.items():
        if rows:
            _show_preview(table, rows, zone)
    _show_counts(f"Result of importing {name} into an empty database", report)
    _show_reasons(dict(report.reasons.most_common()))
    for file, row in report.examples[:_MAX_EXAMPLES]:
        column = f'column "{row.column}"' if row.column else "the whole line"
        out.print(f"  {file} row {row.row}, {column}: {row.value!r} {row.reason}", markup=False)
    for file_name, columns in report.unused.items():
        listed = ", ".join(columns[:_MAX_UNUSED])
        more = f" and {len(columns) - _MAX_UNUSED} more" if len(columns) > _MAX_UNUSED else ""
        out.print(f"{file_name}: columns not used: {listed}{more}", markup=False, soft_wrap=True)
    _show_tally(report.tally.lines())
    show_warnings(report.warnings)


def show_imports(imports: "list[Import]") -> None:
    """Print imports with their state and the numbers of their rows, and why some stopped."""
    table = Table("import", "state", "rows", "started", "source", show_lines=True)
    for run in imports:
        counts = {
            "read": run.read,
            "loaded": run.loaded,
            "rejected": run.rejected,
            "unchanged": run.unchanged,
        }
        if run.left_out:
            counts["left out (per source)"] = run.left_out
        if run.replaced:
            counts["replaced"] = run.replaced
        rows = "\n".join(f"{count:,} {label}" for label, count in counts.items())
        started = f"{run.started[:16].replace('T', ' ')}\ntook {run.seconds} s, {run.engine}"
        table.add_row(f"{run.dataset}\n{_import_name(run)}", run.state, rows, started, Path(run.source).name)
    out.print(table)
    for run in imports:
        if run.problem:
            out.print(f"{run.dataset} {_import_name(run)}: {run.problem}", markup=False)


def _import_name(run: "Import") -> str:
    return f"import/{run.id.rpartition('.')[2]}"


def _show_counts(title: str, report: "ImportReport | Check") -> None:
    output = Table("table", "read", "=", "loaded", "+ rejected", "+ unchanged", title=title)
    for column in output.columns[1:]:
        column.justify = "right"
    for name, counts in report.tables.items():
        output.add_row(name.replace("_", " "), *_count_cells(counts))
    output.add_section()
    output.add_row("all", *_count_cells(report.total))
    out.print(output)
    for line in report.left_out[:_MAX_LEFT_OUT]:
        out.print(line, markup=False, soft_wrap=True)
    if len(report.left_out) > _MAX_LEFT_OUT:
        out.print(f"... and rows of {len(report.left_out) - _MAX_LEFT_OUT} further files")


def _count_cells(counts: "RowCounts") -> list[str]:
    outcomes = (counts.loaded, counts.rejected, counts.unchanged)
    return [f"{counts.read:,}", "", *(f"{count:,}" for count in outcomes)]


def _show_reasons(reasons: dict[str, int]) -> None:
    for reason, count in list(reasons.items())[:_MAX_REASONS]:
        out.print(f"  {count:>9,}  {reason}", markup=False, soft_wrap=True)
    if len(reasons) > _MAX_REASONS:
        out.print(f"  ... and {len(reasons) - _MAX_REASONS} further reasons")


def _show_tally(lines: list[str]) -> None:
    if lines:
        out.print(
            "Participation (behaviours of one user at the same moment are one participation in a campaign):",
            soft_wrap=True,
        )
    for line in lines:
        out.print(f"  {line}", markup=False, soft_wrap=True)


def show_warnings(warnings: "Sequence[DataWarning | ImportWarning]") -> None:
    """Print warnings, each with its examples."""
    for warning in warnings:
        out.print(f"warning: {warning.text}", markup=False, soft_wrap=True)
        for example in warning.examples:
            out.print(f"    {example}", markup=False, soft_wrap=True)


def _show_preview(table: str, rows: list[dict[str, object]], zone: str) -> None:
    # Rows of several sources may have different columns.
    named = dict.fromkeys(column for row in rows for column in row)
    columns = [column for column in named if any(row.get(column) is not None for row in rows)]
    headings = ["ends before" if column == "ends" else column for column in columns]
    output = Table(*headings, title=f"{table.replace('_', ' ')}, first rows")
    time_columns = {field.name for field in TABLES[table].fields if field.kind == "time"}
    for row in rows:
        output.add_row(
            *(_preview_cell(row.get(column), zone if column in time_columns else None) for column in columns)
        )
    out.print(output)


def _preview_cell(value: object, zone: str | None) -> str:
    if value is None:
        return ""
    if zone and isinstance(value, int):
        timestamp = datetime.fromtimestamp(value / 1000, UTC).astimezone(ZoneInfo(zone))
        return f"{timestamp:%Y-%m-%d %H:%M:%S}"
    # A product of floats is 9.629999999999999 where the file says 3 times 3.21.
    return str(round(value, 9) if isinstance(value, float) else value)
