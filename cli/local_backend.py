"""The backend that works on the database of the settings; its methods return the API's response models.

torch and numba take seconds to import and are imported only where needed, after the database has answered.
"""

import csv
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from api.schemas.campaigns import Campaign, FunnelStage
from api.schemas.forecasts import Forecast, LikelyUser
from api.schemas.imports import Import
from api.schemas.jobs import Job
from api.schemas.models import BackTest, Model
from api.schemas.networks import Network
from api.schemas.plans import PlanResponse
from api.schemas.requests import (
    BackTestRequest,
    CampaignRequest,
    ForecastRequest,
    NetworkRequest,
    PlanRequest,
    TrainingRequest,
    WhatIfRequest,
)
from api.schemas.what_ifs import WhatIfResponse
from api.serializers.forecasts import likely_users_csv, serialize_forecast
from api.serializers.imports import serialize_import
from api.serializers.jobs import serialize_job
from api.serializers.models import serialize_backtest, serialize_model
from api.serializers.networks import serialize_network
from graph.connection import Graph
from graph.datasets import describe_dataset, resolve_dataset
from graph.importing.job import Engine, import_files
from graph.importing.mapping.model import Mapping
from graph.importing.report import ImportReport
from graph.importing.runs.records import import_runs
from graph.progress import Progress
from graph.settings import Settings
from jobs import queue
from network.runs import networks

if TYPE_CHECKING:
    import pandas as pd

    from cli.explanation import ForecastExplanation
    from forecasting.next_users.job import NextUsersRun


class LocalBackend:
    """Runs each operation here; long operations block and report progress."""

    def __init__(self, graph: Graph, settings: Settings, progress: Progress) -> None:
        self.graph, self.settings, self._progress = graph, settings, progress

    def resolve_dataset(self, requested: str | None) -> str:
        """Choose the data set: `requested`, else the setting, else the only one in the database."""
        return resolve_dataset(self.graph, requested)

    def campaigns(self, dataset: str, state: str | None) -> list[Campaign]:
        """List campaigns in the order of their first days, optionally only those in one state."""
        from api.serializers.campaigns import select_campaigns, serialize_campaigns

        return serialize_campaigns(select_campaigns(self.graph, dataset, state=state))

    def end_of_data(self, dataset: str) -> tuple[date, str | None]:
        """Return the last day of the data, and why it is not that of the last behaviour, if it is not."""
        described = describe_dataset(self.graph, dataset)
        return described.last_day, described.reason

    def create_campaign(self, request: CampaignRequest) -> Campaign:
        """Create a campaign that no import loads."""
        from api.serializers.campaigns import add_campaign

        return add_campaign(self.graph, request.dataset, request)

    def remove_campaign(self, campaign: str, dataset: str) -> None:
        """Remove a campaign that was created, and its forecasts."""
        from forecasting.plans.campaigns import remove_planned

        remove_planned(self.graph, dataset, campaign)

    def networks(self, dataset: str) -> list[Network]:
        """List networks, the latest cut-off first."""
        return [serialize_network(run) for run in networks(self.graph, dataset)]

    def build_network(self, request: NetworkRequest) -> Network:
        """Build a network; an existing one is returned if nothing has changed."""
        from network.build import build_network
        from network.tags.text_encoder import TextEncoder

        network = build_network(
            self.graph,
            request.dataset,
            self._progress,
            cutoff=request.cutoff,
            encoder=TextEncoder.of(self.settings),
            rebuild=request.rebuild,
        )
        return serialize_network(network)

    def train(self, request: TrainingRequest) -> "Model | NextUsersRun":
        """Train a forecaster or, if asked for, a next-user ranker."""
        from forecasting.baseline.holiday_priors import check_holiday_prior
        from forecasting.history.time_step import step_named
        from forecasting.klstm.trainer import Configuration
        from forecasting.training import train

        if request.next_users:
            from forecasting.next_users.job import train_next_users

            return train_next_users(
                self.graph, self.settings, request.dataset, self._progress, request.cutoff
            )
        model = train(
            self.graph,
            self.settings,
            request.dataset,
            self._progress,
            cutoff=request.cutoff,
            configuration=Configuration(holidays=check_holiday_prior(request.holidays)),
            retrain=request.retrain,
            step=step_named(request.step) if request.step else None,
        )
        return serialize_model(model)

    def backtest(self, request: BackTestRequest) -> BackTest:
        """Back-test over a period and store the comparison."""
        from forecasting.baseline.holiday_priors import check_holiday_prior
        from forecasting.evaluation.job import run_backtest
        from forecasting.history.time_step import step_named
        from forecasting.klstm.trainer import Configuration
        from forecasting.records import backtests, store_backtest

        comparison = run_backtest(
            self.graph,
            self.settings,
            request.dataset,
            request.since,
            request.until,
            self._progress,
            Configuration(holidays=check_holiday_prior(request.holidays)),
            request.horizon,
            request.every,
            step=step_named(request.step) if request.step else None,
        )
        run = store_backtest(self.graph, request.dataset, comparison, request.until)
        (stored,) = [stored for stored in backtests(self.graph, request.dataset) if stored.id == run]
        return serialize_backtest(stored)

    def make_forecast(self, campaign: str, request: ForecastRequest) -> Forecast:
        """Forecast a campaign and store the forecast."""
        from forecasting.forecasts import forecast_campaign

        forecast = forecast_campaign(
            self.graph,
            self.settings,
            request.dataset,
            campaign,
            request.horizon,
            self._progress,
            request.origin,
        )
        return serialize_forecast(self.graph, request.dataset, forecast)

    def model(self, dataset: str, model_id: str) -> Model:
        """Read an existing model."""
        from forecasting.records import models

        return serialize_model(next(model for model in models(self.graph, dataset) if model.id == model_id))

    def forecast(self, campaign: str, dataset: str, origin: date | None) -> Forecast:
        """Read the stored forecast with this origin, by default the latest."""
        from forecasting.records import find_forecast

        return serialize_forecast(self.graph, dataset, find_forecast(self.graph, dataset, campaign, origin))

    def likely_users(
        self, campaign: str, dataset: str, origin: date | None, limit: int, *, waiting: bool
    ) -> list[LikelyUser]:
        """List the likely participants of a stored forecast; `waiting`: only those yet to take part."""
        from forecasting.records import find_forecast, likely_users

        forecast = find_forecast(self.graph, dataset, campaign, origin)
        rows = likely_users(self.graph, dataset, forecast.id, limit, waiting=waiting)
        return [LikelyUser(**row) for row in rows]

    def likely_users_csv(self, campaign: str, dataset: str, origin: date | None, *, waiting: bool) -> bytes:
        """Write all likely participants of a stored forecast as CSV."""
        from forecasting.records import find_forecast

        forecast = find_forecast(self.graph, dataset, campaign, origin)
        return likely_users_csv(self.graph, self.settings, dataset, forecast, waiting=waiting)

    def next_users(
        self, campaign: str, dataset: str, origin: date | None
    ) -> "tuple[pd.DataFrame, NextUsersRun, date, bytes]":
        """Rank who takes part next in a campaign that is open to all users.

        Returns
        -------
        tuple
            The ranked users, the model, the origin, and the users as CSV.
        """
        from forecasting.next_users.job import rank_next_users
        from graph.pseudonyms import Pseudonyms

        table, run, day = rank_next_users(self.graph, self.settings, dataset, campaign, origin)
        exported = Pseudonyms(self.settings.pseudonym_key, dataset).table(table)
        text = exported.to_csv(index=False, lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC)
        return table, run, day, text.encode()

    def explanation(
        self, campaign: str, dataset: str, horizon: int | None, origin: date | None
    ) -> "ForecastExplanation":
        """Explain the forecast that would be made now."""
        from cli.explanation import ForecastExplanation
        from forecasting.forecasts import explain_campaign

        explanation, run = explain_campaign(
            self.graph, self.settings, dataset, campaign, horizon, self._progress, origin
        )
        return ForecastExplanation.from_computation(self.graph, dataset, campaign, explanation, run)

    def funnel(self, campaign: str, dataset: str) -> list[FunnelStage]:
        """Count the users of each kind of behaviour in a campaign's window."""
        from api.serializers.campaigns import read_funnel

        return read_funnel(self.graph, dataset, campaign)

    def plan(self, campaign: str, dataset: str, request: PlanRequest) -> PlanResponse:
        """Forecast a campaign before its launch."""
        from api.serializers.plans import forecast_plan

        return forecast_plan(self.graph, self.settings, dataset, campaign, request, self._progress)

    def what_if(self, campaign: str, dataset: str, request: WhatIfRequest) -> WhatIfResponse:
        """Choose seeds and estimate how many users they reach."""
        from api.serializers.what_ifs import simulate_what_if

        return simulate_what_if(self.graph, dataset, campaign, request)

    def imports(self, dataset: str | None) -> list[Import]:
        """List imports, the latest first."""
        return [serialize_import(run) for run in import_runs(self.graph, dataset)]

    def import_files(
        self, folder: Path, mapping: Mapping, engine: Engine, max_rejected: float | None
    ) -> ImportReport:
        """Import a folder and count the rows loaded, rejected and unchanged."""
        return import_files(
            self.graph,
            self.settings,
            folder,
            mapping,
            self._progress,
            engine=engine,
            max_rejected=max_rejected,
        )

    def jobs(self, limit: int) -> list[Job]:
        """List jobs, the latest first."""
        return [serialize_job(job) for job in queue.list_jobs(self.graph, limit=limit)]

    def cancel(self, job_id: str) -> Job:
        """Cancel a job."""
        return serialize_job(queue.cancel(self.graph, job_id))
