"""A kind of job for tests that need a running job: it sleeps.

Worker processes load it with ``GROUNDSWELL_JOB_MODULES=tests.job_kinds``; within a process, import this
module.
"""

import time

from graph.connection import Graph, Row
from graph.progress import Progress
from graph.settings import Settings
from jobs.queue import Job
from jobs.registry import register_job_kind

_STEP_SECONDS = 0.05


def sleep(_graph: Graph, _settings: Settings, job: Job, progress: Progress) -> Row:
    """Sleep for `seconds` (an argument of the job), reporting progress twenty times a second."""
    steps = round(float(job.arguments["seconds"]) / _STEP_SECONDS)
    advance = progress.stage("Sleeping", steps)
    for _ in range(steps):
        time.sleep(_STEP_SECONDS)
        advance(1)
    return {"slept": str(job.arguments["seconds"])}


register_job_kind("sleep", sleep)
