"""Removes the id of an erased user from the files that the program wrote into its data folder."""

import csv
import json
import shutil
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

from graph.connection import Graph
from graph.erased_texts import UserEraser, masked
from graph.importing.runs.rejects import HEADER
from graph.importing.uploads import dataset_of_upload, remove_upload, upload_folders
from graph.server.folders import Folders
from graph.settings import Settings

_VALUE = HEADER.index("value")
_OPEN_STATES = ("waiting", "running")
_MAX_OPEN_JOBS = 10_000
_NEW_SECONDS = 60
"""A younger upload may belong to a job that is just being submitted."""


def erase_from_files(
    graph: Graph, settings: Settings, dataset: str, user: str
) -> tuple[Counter[str], list[str]]:
    """Remove a user's id from the files of a data set and from the logs. The caller holds the lock.

    Returns
    -------
    tuple
        Number of removed items by kind, and the ids of unfinished import jobs whose uploaded files stay.
    """
    eraser = UserEraser(user)
    folder, logs = settings.home / "imports" / dataset, settings.home / "logs"
    removed: Counter[str] = Counter()
    rejected = [*folder.glob("*/rejected.csv"), *folder.glob("*/parts/*")]
    removed["values of rejected rows"] = sum(_erase_from_rejected_rows(path, eraser) for path in rejected)
    removed["lines of logs"] = sum(
        _erase_from_log(path, eraser.in_log) for path in logs.glob("worker.log*")
    ) + sum(_erase_from_log(path, partial(_erase_from_path, user)) for path in logs.glob("audit.jsonl*"))
    bulk = folder / "bulk"
    # A killed bulk import leaves files of all users. During a swap they are the new database.
    if bulk.exists() and not Folders(settings.home.resolve()).swap_file.exists():
        shutil.rmtree(bulk)
        removed["files of an unfinished bulk import"] = 1
    jobs = {
        json.loads(row["arguments"]).get("upload"): row["id"]
        for state in _OPEN_STATES
        for row in graph.run(
            "jobs/list_jobs", id=None, dataset=dataset, state=state, skip=0, limit=_MAX_OPEN_JOBS
        )
    }
    waiting = []
    for upload in upload_folders(settings):
        if dataset_of_upload(upload) != dataset:
            continue
        if upload.name in jobs:
            waiting.append(jobs[upload.name])
        elif time.time() - upload.stat().st_mtime > _NEW_SECONDS:
            remove_upload(settings, upload.name)
            removed["uploads"] += 1
    return removed, sorted(waiting)


def _erase_from_rejected_rows(path: Path, eraser: UserEraser) -> int:
    """Replace the id in values and reasons of rejected rows; return the number of changed rows."""
    changed = 0
    temporary = path.with_name(f"{path.name}.erased")
    with (
        path.open(encoding="utf-8", newline="") as file,
        temporary.open("w", encoding="utf-8", newline="") as target,
    ):
        writer = csv.writer(target)
        for row in csv.reader(file):
            is_header = tuple(row) == HEADER
            kept = [
                cell if is_header or column < _VALUE else eraser.in_value(cell)
                for column, cell in enumerate(row)
            ]
            changed += kept != row
            writer.writerow(kept)
    if changed:
        temporary.replace(path)
    else:
        temporary.unlink()
    return changed


def _erase_from_path(user: str, entry: str) -> str:
    """Mask the id in the path of an entry of the audit log; entries name a digest instead since then."""
    quoted = json.dumps(user)[1:-1]
    return entry.replace(f'"/v1/users/{quoted}"', f'"/v1/users/{masked(quoted)}"')


def _erase_from_log(path: Path, erase: Callable[[str], str]) -> int:
    """Mask the id in a log, and return the number of changed lines.

    Processes append to the file meanwhile, so that no byte may move: `erase` keeps the length of a line in
    bytes, and changed lines alone are written, in place.
    """
    changed, start = 0, 0
    with path.open("r+b") as file:
        lines = file.readlines()
        for line in lines:
            text = line.decode(errors="surrogateescape")
            kept = erase(text)
            if kept != text:
                file.seek(start)
                file.write(kept.encode(errors="surrogateescape"))
                changed += 1
            start += len(line)
    return changed
