"""The built-in kinds of job: import, network, training, forecast and back-test.

Each function imports its implementation when it runs, so that a worker does not load torch for an import.
"""

from datetime import date, datetime
from typing import TYPE_CHECKING

from graph.connection import Graph, Row
from graph.dataset_lock import dataset_lock
from graph.errors import ImportStopped
from graph.importing.runs.records import LOCK_PURPOSE
from graph.importing.uploads import open_upload, remove_upload
from graph.progress import Progress
from graph.remedies import Remedy
from graph.settings import Settings
from jobs.progress import JobCancelled
from jobs.queue import Job
from jobs.registry import register_job_kind

if TYPE_CHECKING:
    from forecasting.history.time_step import Step


def build_network(graph: Graph, settings: Settings, job: Job, progress: Progress) -> Row:
    """Build a spreading network."""
    from network import build
    from network.tags.text_encoder import TextEncoder

    network = build.build_network(
        graph,
        job.dataset,
        progress,
        cutoff=_date_argument(job, "cutoff"),
        encoder=TextEncoder.of(settings),
        rebuild=bool(job.arguments.get("rebuild")),
    )
    return {"network": network.id}


def train_model(graph: Graph, settings: Settings, job: Job, progress: Progress) -> Row:
    """Train a forecaster or, if asked for, a next-user ranker."""
    from forecasting.klstm.trainer import Configuration
    from forecasting.next_users.job import train_next_users
    from forecasting.training import train

    cutoff = _date_argument(job, "cutoff")
    if job.arguments.get("next_users"):
        return {"model": train_next_users(graph, settings, job.dataset, progress, cutoff).id}
    model = train(
        graph,
        settings,
        job.dataset,
        progress,
        cutoff=cutoff,
        configuration=Configuration(holidays=job.arguments.get("holidays")),
        retrain=bool(job.arguments.get("retrain")),
        step=_step_argument(job),
    )
    return {"model": model.id}


def forecast_campaign(graph: Graph, settings: Settings, job: Job, progress: Progress) -> Row:
    """Forecast a campaign and store the forecast."""
    from forecasting import forecasts

    campaign, horizon = str(job.arguments["campaign"]), job.arguments.get("horizon")
    origin = _moment_argument(job, "origin")
    forecast = forecasts.forecast_campaign(graph, settings, job.dataset, campaign, horizon, progress, origin)
    return {"campaign": campaign, "origin": forecast.origin.isoformat(), "model": forecast.model}


def back_test(graph: Graph, settings: Settings, job: Job, progress: Progress) -> Row:
    """Back-test the forecaster over a period and store the comparison."""
    from forecasting.evaluation.job import run_backtest
    from forecasting.klstm.trainer import Configuration
    from forecasting.records import store_backtest

    since = _date_argument(job, "since")
    until = date.fromisoformat(job.arguments["until"])
    comparison = run_backtest(
        graph,
        settings,
        job.dataset,
        since,
        until,
        progress,
        Configuration(holidays=job.arguments.get("holidays")),
        job.arguments.get("horizon"),
        job.arguments.get("every"),
        step=_step_argument(job),
    )
    stored = store_backtest(graph, job.dataset, comparison, until)
    return {"since": str(comparison.backtest_from), "until": str(until), "back_test": stored}


def import_upload(graph: Graph, settings: Settings, job: Job, progress: Progress) -> Row:
    """Import files that were sent to the API."""
    upload, max_rejected = str(job.arguments["upload"]), job.arguments.get("max_rejected")
    with dataset_lock(graph, job.dataset, LOCK_PURPOSE) as lock:
        import_job = open_upload(graph, settings, upload, lock.guard(progress), max_rejected)
        import_id = f"{job.dataset}.{import_job.number}"
        try:
            import_job.run()
        except JobCancelled:
            import_job.mark_cancelled()
            raise
        except ImportStopped as error:
            where = f"GET /v1/imports/{import_id}/rejected returns the rejected rows."
            remedy = error.remedy
            remedy = remedy.after(where) if isinstance(remedy, Remedy) else f"{where} {remedy}"
            raise ImportStopped(str(error), remedy) from error
    return {"import": import_id}


def _remove_files(settings: Settings, job: Job) -> None:
    remove_upload(settings, str(job.arguments["upload"]))


def _date_argument(job: Job, name: str) -> date | None:
    value = job.arguments.get(name)
    return date.fromisoformat(value) if value else None


def _moment_argument(job: Job, name: str) -> date | None:
    """A day, or a datetime of local time."""
    value = job.arguments.get(name)
    if value and "T" in value:
        return datetime.fromisoformat(value)
    return _date_argument(job, name)


def _step_argument(job: Job) -> "Step | None":
    from forecasting.history.time_step import step_named

    name = job.arguments.get("step")
    return step_named(name) if name else None


register_job_kind("network", build_network)
register_job_kind("training", train_model)
register_job_kind("forecast", forecast_campaign)
register_job_kind("back-test", back_test)
register_job_kind("import", import_upload, clean_up=_remove_files)
