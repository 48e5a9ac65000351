"""Finds imports whose rows a delivery reads again in another way: by another mapping, or other joined files.

The later reading replaces the earlier one: those imports are undone, with all later ones, and everything is
loaded anew. That is possible only where the delivery contains every row that they loaded.
"""

from collections import defaultdict
from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from graph.connection import Graph, Row
from graph.errors import InvalidRequest
from graph.importing.contract import ENTITIES, LABELS
from graph.importing.reading.blocks import format_of
from graph.importing.reading.input_files import InputFile, InputFiles
from graph.importing.values.validate import validate

_MAX_LISTED = 5


def replaced_imports(graph: Graph, files: InputFiles) -> list[int]:
    """Return the imports to undo before `files` are loaded, the latest first; mostly none.

    Raises
    ------
    InvalidRequest
        Imports must be undone, and the delivery does not contain all of their rows.
    """
    dataset = files.mapping.dataset
    jobs = {row["number"]: row for row in graph.run("importing/jobs", dataset=dataset)}
    standing = {number for number, row in jobs.items() if row["state"] != "undone"}
    changing: set[int] = set()
    entries: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for entry in graph.run("importing/ledger", dataset=dataset):
        if entry["loaded"] or entry["replaced"]:
            changing.add(entry["import"])
        if entry["loaded"] and entry["import"] in standing:
            entries[entry["table"], entry["file"]].append(entry)
    inputs: dict[tuple[str, str], list[InputFile]] = defaultdict(list)
    for file in files.inputs:
        inputs[file.table, file.name].append(file)
    reread: dict[int, str] = {}
    for key, sources in inputs.items():
        current = {source.digest for source in sources}
        other = [entry for entry in entries[key] if entry["mapping"] and entry["mapping"] not in current]
        for entry in _contained(sources[0], other, jobs):
            reread.setdefault(entry["import"], sources[0].name)
    if not reread:
        return []
    # An unfinished import has no result to keep; others that changed nothing need no undo.
    undone = {number for number in standing if number in changing or jobs[number]["state"] != "complete"}
    replaced = sorted((number for number in undone if number >= min(reread)), reverse=True)
    absent, changed = _absent(entries, inputs, replaced, jobs)
    lost = sorted(
        name for table, name in changed if table not in ENTITIES or _loses(graph, files, table, replaced)
    )
    _check(graph, dataset, replaced, reread, absent, lost)
    return replaced


def _absent(
    entries: dict[tuple[str, str], list[Row]],
    inputs: dict[tuple[str, str], list[InputFile]],
    imports: list[int],
    jobs: dict[int, Row],
) -> tuple[list[str], list[tuple[str, str]]]:
    """Return which files that `imports` loaded the delivery lacks, and of which it has other content.

    The latter are tables and names. Campaigns of the uses of their codes are no rows of a file: where the
    mapping has them from elsewhere now, the file of the behaviours is enough.
    """
    absent, changed = set(), set()
    behaviours = {name for table, name in inputs if table == "behaviours"}
    for key, loaded in entries.items():
        needed = [entry for entry in loaded if entry["import"] in imports]
        if key not in inputs and key[0] == "campaigns" and key[1] in behaviours:
            continue
        sources = inputs.get(key, [])
        if needed and not (sources and len(_contained(sources[0], needed, jobs)) == len(needed)):
            if sources:
                changed.add(key)
            else:
                absent.add(key[1])
    return sorted(absent), sorted(changed)


def _loses(graph: Graph, files: InputFiles, table: str, imports: list[int]) -> bool:
    """Return whether `imports` loaded users, tags, products or campaigns that the delivery has no longer."""
    dataset, label = files.mapping.dataset, LABELS[table]
    rows = graph.run("undo/stated", dataset=dataset, label=label, imports=imports)
    loaded = pa.array([row["id"] for row in rows], pa.string())
    for file in files.inputs:
        if file.table == table and file.source.window is None and len(loaded):
            for block in file.uncounted().blocks():
                ids = validate(block, table, file.source, files.mapping).columns["id"]
                loaded = loaded.filter(pc.invert(pc.is_in(loaded, value_set=ids.cast(pa.string()))))
    return len(loaded) > 0


def _contained(file: InputFile, entries: Iterable[Row], jobs: dict[int, Row]) -> list[Row]:
    """Return the entries of the ledger whose lines `file` still contains, in the same place."""
    if file.source.window:
        # Such campaigns are made anew of the whole file each time.
        return list(entries)
    same: list[Row] = []
    other: list[Row] = []
    for entry in entries:
        job = jobs[entry["import"]]
        checksums = dict(zip(job["files"], job["checksums"], strict=True))
        (same if checksums.get(file.name) == file.checksum else other).append(entry)
    # Digests of Parquet blocks depend on the columns that a mapping selects.
    if not other or format_of(file.path, file.source) == "parquet":
        return same
    blocks: dict[int, list[Row]] = defaultdict(list)
    for entry in other:
        blocks[entry["block"]].append(entry)
    for block in file.blocks():
        for entry in blocks.get(block.index, []):
            if entry["length"] <= block.length and block.digest(entry["length"]) == entry["digest"]:
                same.append(entry)
        if block.index >= max(blocks):
            break
    return same


def _check(
    graph: Graph,
    dataset: str,
    replaced: list[int],
    reread: dict[int, str],
    absent: list[str],
    lost: list[str],
) -> None:
    names = ", ".join(f"import/{number}" for number in replaced)
    first = min(reread)
    changed = (
        f"{reread[first]} is read in another way than by import/{first} of {dataset!r}: the mapping or a "
        "joined file has changed. "
    )
    undo = "; ".join(f"`groundswell import undo {number} --dataset {dataset}`" for number in replaced)
    if absent:
        raise InvalidRequest(
            f"{changed}Loading it again needs {_listed(absent)} as well, which {names} loaded.",
            f"Add these files to the delivery, or undo {names} first: {undo}.",
        )
    if lost:
        raise InvalidRequest(
            f"{changed}Loading it again would lose rows: {names} loaded other content of {_listed(lost)} "
            "than the delivery has.",
            f"Use the earlier mapping; or, if only the delivery is to count, undo {names} first: {undo}.",
        )
    planned = graph.run("undo/planned", dataset=dataset, imports=replaced)
    if planned:
        campaigns = _listed([row["campaign"] for row in planned])
        raise InvalidRequest(
            f"{changed}Loading it again would take users or products from planned campaigns: {campaigns}.",
            f"Delete these campaigns, or undo {names} first: {undo}.",
        )


def _listed(names: list[str]) -> str:
    more = len(names) - _MAX_LISTED
    return ", ".join(names[:_MAX_LISTED]) + (f" and {more} more" if more > 0 else "")
