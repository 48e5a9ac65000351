"""The backend that sends each operation to another Groundswell server; see ``cli.local_backend``."""

from datetime import date
from pathlib import Path

from api.client import Client
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
from cli.explanation import ForecastExplanation
from cli.options import parse_moment
from graph.errors import InvalidRequest, NotFound
from graph.importing.mapping.model import Mapping
from graph.importing.reading.input_files import open_input_files
from graph.progress import Progress
from graph.remedies import Remedy
from graph.settings import Settings


class RemoteBackend:
    """Submits long operations as jobs and waits for them. Raises the errors that the server reports."""

    def __init__(self, client: Client, settings: Settings, progress: Progress) -> None:
        self.client, self._settings, self._progress = client, settings, progress

    def resolve_dataset(self, requested: str | None) -> str:
        """Choose the data set: `requested`, else the setting, else the only one on the server."""
        if named := requested or self._settings.dataset:
            return named
        present = sorted(dataset.id for dataset in self.client.datasets() if dataset.imported)
        if not present:
            raise NotFound("The server holds no data set.", Remedy("Import one", "import data"))
        if len(present) > 1:
            raise InvalidRequest(
                f"The server holds several data sets: {', '.join(present)}.",
                Remedy("Set GROUNDSWELL_DATASET, or name one", "name data set"),
            )
        return present[0]

    def campaigns(self, dataset: str, state: str | None) -> list[Campaign]:
        """List campaigns in the order of their first days, optionally only those in one state."""
        campaigns: list[Campaign] = []
        while page := self.client.campaigns(dataset, state=state, offset=len(campaigns)):
            campaigns += page
        return campaigns

    def end_of_data(self, dataset: str) -> tuple[date | None, str | None]:
        """Return the last day of the data, and why it is not that of the last behaviour, if it is not."""
        described = next(row for row in self.client.datasets() if row.id == dataset)
        return described.last, described.last_reason

    def create_campaign(self, request: CampaignRequest) -> Campaign:
        """Create a campaign that no import loads."""
        return self.client.create_campaign(request)

    def remove_campaign(self, campaign: str, dataset: str) -> None:
        """Remove a campaign that was created, and its forecasts."""
        self.client.remove_campaign(campaign, dataset)

    def networks(self, dataset: str) -> list[Network]:
        """List networks, the latest cut-off first."""
        return self.client.networks(dataset)

    def build_network(self, request: NetworkRequest) -> Network:
        """Build a network; an existing one is returned if nothing has changed."""
        result = self._follow(self.client.build_network(request))
        networks = self.client.networks(request.dataset)
        return next(network for network in networks if network.id == result["network"])

    def train(self, request: TrainingRequest) -> Model | str:
        """Train a forecaster or, if asked for, a next-user ranker (its id)."""
        model_id = self._follow(self.client.train(request))["model"]
        models = self.client.models(request.dataset)
        return next((model for model in models if model.id == model_id), model_id)

    def backtest(self, request: BackTestRequest) -> BackTest:
        """Back-test over a period and store the comparison."""
        stored = self._follow(self.client.backtest(request))["back_test"]
        return next(backtest for backtest in self.client.backtests(request.dataset) if backtest.id == stored)

    def make_forecast(self, campaign: str, request: ForecastRequest) -> Forecast:
        """Forecast a campaign and store the forecast."""
        result = self._follow(self.client.make_forecast(campaign, request))
        return self.client.forecast(campaign, request.dataset, parse_moment(result["origin"]))

    def model(self, dataset: str, model_id: str) -> Model:
        """Read an existing model."""
        return next(model for model in self.client.models(dataset) if model.id == model_id)

    def forecast(self, campaign: str, dataset: str, origin: date | None) -> Forecast:
        """Read the stored forecast with this origin, by default the latest."""
        return self.client.forecast(campaign, dataset, origin)

    def likely_users(
        self, campaign: str, dataset: str, origin: date | None, limit: int, *, waiting: bool
    ) -> list[LikelyUser]:
        """List the likely participants of a stored forecast; `waiting`: only those yet to take part."""
        return self.client.likely_users(campaign, dataset, origin, waiting=waiting, limit=limit)

    def likely_users_csv(self, campaign: str, dataset: str, origin: date | None, *, waiting: bool) -> bytes:
        """Download all likely participants of a stored forecast as CSV."""
        return self.client.likely_users_csv(campaign, dataset, origin, waiting)

    def explanation(
        self, campaign: str, dataset: str, horizon: int | None, origin: date | None
    ) -> ForecastExplanation:
        """Explain the stored forecast."""
        forecast = self.client.forecast(campaign, dataset, origin)
        if horizon is not None and horizon != len(forecast.steps):
            raise InvalidRequest(
                f"A server explains only its stored forecast, which is for {len(forecast.steps)} "
                f"{forecast.unit}s.",
                f"Use --horizon {len(forecast.steps)}, or make another forecast first.",
            )
        return ForecastExplanation.from_response(
            self.client.explanation(campaign, dataset, forecast.origin), forecast
        )

    def funnel(self, campaign: str, dataset: str) -> list[FunnelStage]:
        """Count the users of each kind of behaviour in a campaign's window."""
        return self.client.funnel(campaign, dataset)

    def plan(self, campaign: str, dataset: str, request: PlanRequest) -> PlanResponse:
        """Forecast a campaign before its launch."""
        return self.client.plan(campaign, request, dataset)

    def what_if(self, campaign: str, dataset: str, request: WhatIfRequest) -> WhatIfResponse:
        """Choose seeds and estimate how many users they reach."""
        return self.client.what_if(campaign, request, dataset)

    def imports(self, dataset: str | None) -> list[Import]:
        """List imports, the latest first."""
        return self.client.imports(dataset)

    def import_files(self, folder: Path, mapping: Mapping, max_rejected: float | None) -> Import:
        """Upload a folder's files, import them there, and read the result.

        Raises
        ------
        InvalidRequest
            If a file lies in a subfolder: files are sent without folders.
        """
        files = open_input_files(folder, mapping, self._progress).containers
        top = folder.parent if folder.is_file() else folder
        if nested := next((file for file in files if file.parent != top), None):
            raise InvalidRequest(
                f"{nested} is in a subfolder of {folder}, but files are sent without folders.",
                "Put all files into one folder, or into a .zip.",
            )
        result = self._follow(self.client.start_import(mapping.model_dump_json(), files, max_rejected))
        return self.client.get_import(result["import"])

    def jobs(self, limit: int) -> list[Job]:
        """List jobs, the latest first."""
        return self.client.jobs(limit=limit)

    def cancel(self, job_id: str) -> Job:
        """Cancel a job."""
        return self.client.cancel(job_id)

    def _follow(self, job: Job) -> dict[str, str]:
        return self.client.follow(job, self._progress).result or {}
