"""Validates every row of an import without a database, and previews the first rows."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from graph.errors import ImportStopped
from graph.importing.contract import TABLES
from graph.importing.engines.resolve import Resolver
from graph.importing.mapping.model import Mapping
from graph.importing.participation.tally import NO_BEHAVIOURS, Tally
from graph.importing.reading.input_files import InputFiles, open_input_files
from graph.importing.reading.lines import RowError
from graph.importing.reading.unused_columns import unused_columns
from graph.importing.runs import limits
from graph.importing.runs.coverage import find_coverage
from graph.importing.runs.rejects import RejectReason
from graph.importing.runs.row_counts import RowCounts
from graph.importing.unmapped_columns import unmapped_warnings
from graph.importing.values.ambiguous_columns import refuse_ambiguous_columns
from graph.importing.values.day_counts import DayCounts
from graph.importing.values.erased_users import ErasedUsers
from graph.importing.values.later_files import leave_out_superseded
from graph.importing.values.observer import Observer
from graph.importing.values.shared_codes import keep_shared_codes
from graph.importing.warnings import DataWarning
from graph.progress import Progress, Silent

_PREVIEW_ROWS = 5
_MAX_EXAMPLES = 20


@dataclass
class Check:
    """The outcome that an import into an empty database would have, but for rows of erased users.

    Attributes
    ----------
    tally
        How many behaviours count as participation.
    tables
        Number of rows by outcome, by table.
    preview
        The first rows of each table.
    reasons
        Number of rejected rows per reason.
    examples
        File and error of the first rejected rows.
    warnings
        What should be looked at although no row is wrong.
    unused
        The columns that no table uses, by file.
    left_out
        A sentence for the files of each series of which rows were left out.
    stopped
        Why the import would stop, if more rows would be rejected than allowed.
    """

    tally: Tally
    tables: dict[str, RowCounts] = field(default_factory=dict)
    preview: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    reasons: Counter[str] = field(default_factory=Counter)
    examples: list[tuple[str, RowError]] = field(default_factory=list)
    warnings: list[DataWarning] = field(default_factory=list)
    unused: dict[str, list[str]] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    stopped: ImportStopped | None = None

    @property
    def total(self) -> RowCounts:
        """The sum over all tables."""
        return RowCounts.sum(self.tables.values())


def check_files(
    folder: Path,
    mapping: Mapping,
    progress: Progress,
    max_rejected: float | None = None,
    erased: ErasedUsers | None = None,
) -> Check:
    """Read and validate all files.

    Parameters
    ----------
    folder, mapping
        The files and their mapping.
    progress
        Receives the stages.
    max_rejected
        Share of rejected rows of a table above which an import would stop; default: the mapping's.
    erased
        The erased users of the data set, whose rows are left out; default: nobody.

    Raises
    ------
    ImportFailed
        A file cannot be read, or a column can be read in two ways.
    """
    files = open_input_files(folder, mapping, progress)
    refuse_ambiguous_columns(files, progress)
    keep_shared_codes(files, progress)
    leave_out_superseded(files, progress)
    check = Check(Tally(mapping), unused=unused_columns(files))
    observer = Observer(
        mapping,
        compares_files=files.may_repeat_rows,
        several_files=files.unkeyed_series,
        order_sources=files.order_sources,
    )
    reasons: dict[str, Counter[RejectReason]] = defaultdict(Counter)
    days = DayCounts()
    check.tables = {table: RowCounts() for table, _ in files.tables()}
    for resolved in Resolver(mapping, observer, erased).run(files, progress):
        file, rows = resolved.source, resolved.rows
        check.tables[file.table].add(resolved.counts)
        check.tally.add_block(file.name, rows, resolved.rejected)
        if file.table == "behaviours":
            days.add(rows.columns["at"], mapping.zone)
        for error in resolved.rejected:
            reason = RejectReason(file.name, error.column, error.reason)
            check.reasons[str(reason)] += 1
            reasons[file.table][reason] += 1
            if len(check.examples) < _MAX_EXAMPLES:
                check.examples.append((file.name, error))
        preview = check.preview.setdefault(file.table, [])
        names = [name for name in rows.columns if name in TABLES[file.table].names]
        for i in range(min(_PREVIEW_ROWS - len(preview), len(rows))):
            preview.append({name: rows.columns[name][i].as_py() for name in names})
    check.warnings += [*files.warnings(), *observer.warnings()]
    check.left_out = observer.left_out.lines()
    coverage = find_coverage(days, mapping.complete_until, mapping.zone)
    check.warnings += coverage.warnings if coverage else []
    check.warnings += check.tally.campaign_warnings()
    nothing = check.tally.explain_none() if "behaviours" in mapping.tables else NO_BEHAVIOURS
    empty = check.tally.explain_empty_campaigns()
    check.warnings += [warning for warning in (nothing, empty) if warning]
    check.warnings += [*files.unread_warnings(), *unmapped_warnings(files)]
    limit_of = mapping.limit if max_rejected is None else lambda _table: max_rejected
    table = limits.exceeded(check.tables, limit_of)
    if table:
        problem = limits.describe(table, check.tables[table], limit_of(table), reasons[table])
        check.stopped = ImportStopped(f"An import would stop: {problem}.", limits.REMEDY)
    return check


def tally_files(files: InputFiles) -> Tally:
    """Count the behaviours of all files, as if nothing was loaded before."""
    tally = Tally(files.mapping)
    for resolved in Resolver(files.mapping, Observer(files.mapping)).run(files, Silent()):
        tally.add_block(resolved.source.name, resolved.rows, resolved.rejected)
    return tally
