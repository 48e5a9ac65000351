"""The registry of job kinds: which function runs the jobs of a kind."""

import importlib
import os
from collections.abc import Callable
from dataclasses import dataclass

from graph.connection import Graph, Row
from graph.errors import NotFound
from graph.progress import Progress
from graph.settings import Settings
from jobs.queue import Job

RunJob = Callable[[Graph, Settings, Job, Progress], Row]
CleanUp = Callable[[Settings, Job], None]


@dataclass(frozen=True)
class JobKind:
    """How to run jobs of one kind.

    Attributes
    ----------
    run : callable
        Does the work and returns the ids of what it created. A worker may die at any point of it, so it must
        be safe to start again. It reports progress often: cancelling takes effect there.
    clean_up : callable, optional
        Called after the job has ended, however it ended.
    """

    run: RunJob
    clean_up: CleanUp | None = None


_kinds: dict[str, JobKind] = {}


def register_job_kind(name: str, run: RunJob, clean_up: CleanUp | None = None) -> None:
    """Register the function that runs jobs of kind `name`, replacing an earlier registration."""
    _kinds[name] = JobKind(run, clean_up)


def import_job_modules() -> None:
    """Import the modules listed in ``GROUNDSWELL_JOB_MODULES`` (comma-separated): they register kinds."""
    for module in filter(None, os.environ.get("GROUNDSWELL_JOB_MODULES", "").split(",")):
        importlib.import_module(module.strip())


def get_job_kind(name: str) -> JobKind:
    """Find a registered kind.

    Raises
    ------
    NotFound
        If no kind of this name is registered.
    """
    if name not in _kinds:
        raise NotFound(
            f"This worker cannot run jobs of kind {name!r}.",
            "Update Groundswell on the worker's machine, then submit the job again.",
        )
    return _kinds[name]
