"""A client of the API: one method for each operation, which returns a model of ``api.schemas``.

::

    with Client("http://127.0.0.1:8000", key) as client:
        job = client.follow(client.make_forecast("18", ForecastRequest(horizon=7)))
        print(client.forecast("18").steps[0].mean)

An error response of the server is raised as the error of ``graph.errors`` that caused it, or as
``ServerRefused`` if the client does not know that error.
"""

import time
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from api.schemas.campaigns import (
    Campaign,
    CampaignNetwork,
    FunnelStage,
    GroupStep,
    InfluenceStep,
    KeyUser,
    NeighbourGroup,
    SeriesStep,
)
from api.schemas.datasets import Dataset, Tag
from api.schemas.forecasts import Explanation, Forecast, LikelyUser
from api.schemas.health import Health, Ready
from api.schemas.imports import Import, ImportCheck
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
from api.schemas.users import ErasedUser, Neighbourhood, Profile
from api.schemas.what_ifs import WhatIfResponse
from api.serializers.remedies import remedy_of
from api.server_connection import ServerConnection
from graph import errors
from graph.progress import Progress, Silent

T = TypeVar("T")
_POLL_SECONDS = 0.5


class Client(ServerConnection):
    """The operations of one server. Threads must not share a client.

    Parameters
    ----------
    address
        The server's address, for example ``https://host`` or ``http://127.0.0.1:8000``.
    key
        An API key of the server.
    seconds
        The timeout of a request. Plans and what-ifs are computed while the client waits.

    Raises
    ------
    InvalidRequest
        `address` is not an HTTP address.
    """

    def ready(self) -> Ready:
        """Check the server and its database. Raises DatabaseUnreachable if the database does not answer."""
        return self._request(Ready, "GET /ready")

    def health(self) -> Health:
        """Check that the server runs. Raises ServerUnreachable if it does not answer."""
        return self._request(Health, "GET /health")

    def metrics(self) -> str:
        """Return the metrics in the text format of Prometheus."""
        return self._send("GET /metrics").text

    def datasets(self, **page: Any) -> list[Dataset]:
        """List the data sets of the server; `page` is limit and offset."""
        return self._request(list[Dataset], "GET /v1/datasets", **page)

    def tags(self, dataset: str | None = None, **filters: Any) -> list[Tag]:
        """List tags; `filters` are kind, text, key, limit and offset."""
        return self._request(list[Tag], "GET /v1/tags", dataset=dataset, **filters)

    def user(self, user: str, dataset: str | None = None) -> Profile:
        """Return everything stored about a user."""
        return self._request(Profile, "GET /v1/users/{user_id}", user_id=user, dataset=dataset)

    def neighbourhood(self, user: str, dataset: str | None = None, most: int = 12) -> Neighbourhood:
        """Return the user's strongest influences in both directions."""
        parameters = {"user_id": user, "dataset": dataset, "most": most}
        return self._request(Neighbourhood, "GET /v1/users/{user_id}/neighbourhood", **parameters)

    def erase_user(self, user: str, dataset: str | None = None, may_return: bool = False) -> ErasedUser:
        """Erase a user, and everything derived from the user's data."""
        parameters = {"dataset": dataset, "may_return": may_return}
        return self._request(ErasedUser, "DELETE /v1/users/{user_id}", user_id=user, **parameters)

    def campaigns(self, dataset: str | None = None, **filters: Any) -> list[Campaign]:
        """List campaigns; `filters` are kind, state, sort, limit and offset."""
        return self._request(list[Campaign], "GET /v1/campaigns", dataset=dataset, **filters)

    def campaign(self, campaign: str, dataset: str | None = None) -> Campaign:
        """Return one campaign."""
        return self._request_campaign(Campaign, "GET /v1/campaigns/{campaign_id}", campaign, dataset)

    def create_campaign(self, body: CampaignRequest) -> Campaign:
        """Create a planned campaign."""
        return self._request(Campaign, "POST /v1/campaigns", body)

    def remove_campaign(self, campaign: str, dataset: str | None = None) -> None:
        """Remove a campaign that was created with the API."""
        self._send("DELETE /v1/campaigns/{campaign_id}", campaign_id=campaign, dataset=dataset)

    def influence(
        self, campaign: str, dataset: str | None = None, since: date | None = None, until: date | None = None
    ) -> list[InfluenceStep]:
        """Return the campaign's influence per day."""
        operation = "GET /v1/campaigns/{campaign_id}/influence"
        days = {"since": since, "until": until}
        return self._request_campaign(list[InfluenceStep], operation, campaign, dataset, **days)

    def funnel(self, campaign: str, dataset: str | None = None) -> list[FunnelStage]:
        """Return how many users showed each kind of behaviour in the campaign's window."""
        operation = "GET /v1/campaigns/{campaign_id}/funnel"
        return self._request_campaign(list[FunnelStage], operation, campaign, dataset)

    def series(self, dataset: str | None = None, outcome: str = "participants") -> list[SeriesStep]:
        """Return the daily series of all campaigns; `outcome` is participants or redeemers."""
        return self._request(list[SeriesStep], "GET /v1/series", dataset=dataset, outcome=outcome)

    def influence_by_group(
        self, campaign: str, dataset: str | None = None, since: date | None = None, until: date | None = None
    ) -> list[GroupStep]:
        """Return the campaign's participants per day and neighbour group."""
        operation = "GET /v1/campaigns/{campaign_id}/influence/groups"
        days = {"since": since, "until": until}
        return self._request_campaign(list[GroupStep], operation, campaign, dataset, **days)

    def network(self, campaign: str, dataset: str | None = None, most: int = 1000) -> CampaignNetwork:
        """Return the network around the campaign's key users, with at most `most` influences."""
        operation = "GET /v1/campaigns/{campaign_id}/network"
        return self._request_campaign(CampaignNetwork, operation, campaign, dataset, most=most)

    def key_users(self, campaign: str, dataset: str | None = None, **page: Any) -> list[KeyUser]:
        """List the campaign's key users, strongest first; `page` is limit and offset."""
        operation = "GET /v1/campaigns/{campaign_id}/key-users"
        return self._request_campaign(list[KeyUser], operation, campaign, dataset, **page)

    def neighbour_groups(
        self, campaign: str, dataset: str | None = None, **page: Any
    ) -> list[NeighbourGroup]:
        """List the groups around the campaign's key users, most influential first; `page` as above."""
        operation = "GET /v1/campaigns/{campaign_id}/neighbour-groups"
        return self._request_campaign(list[NeighbourGroup], operation, campaign, dataset, **page)

    def forecast(self, campaign: str, dataset: str | None = None, origin: date | None = None) -> Forecast:
        """Return the stored forecast with the latest origin, or with `origin`."""
        operation = "GET /v1/campaigns/{campaign_id}/forecast"
        return self._request_campaign(Forecast, operation, campaign, dataset, origin=origin)

    def explanation(
        self, campaign: str, dataset: str | None = None, origin: date | None = None
    ) -> Explanation:
        """Return the explanation of the forecast with the latest origin, or with `origin`."""
        operation = "GET /v1/campaigns/{campaign_id}/explanation"
        return self._request_campaign(Explanation, operation, campaign, dataset, origin=origin)

    def likely_users(
        self, campaign: str, dataset: str | None = None, origin: date | None = None, **page: Any
    ) -> list[LikelyUser]:
        """List the likely users of a forecast; `page` is waiting, limit and offset."""
        operation = "GET /v1/campaigns/{campaign_id}/likely-users"
        return self._request_campaign(list[LikelyUser], operation, campaign, dataset, origin=origin, **page)

    def likely_users_csv(
        self, campaign: str, dataset: str | None = None, origin: date | None = None, waiting: bool = False
    ) -> bytes:
        """Return all likely users of a forecast as CSV."""
        operation = "GET /v1/campaigns/{campaign_id}/likely-users.csv"
        parameters: dict[str, Any] = {"campaign_id": campaign, "dataset": dataset}
        parameters |= {"origin": origin, "waiting": waiting}
        return self._send(operation, **parameters).content

    def plan(self, campaign: str, body: PlanRequest, dataset: str | None = None) -> PlanResponse:
        """Forecast a campaign before its launch, as planned and with changes."""
        operation = "POST /v1/campaigns/{campaign_id}/plan"
        return self._request_campaign(PlanResponse, operation, campaign, dataset, body)

    def what_if(self, campaign: str, body: WhatIfRequest, dataset: str | None = None) -> WhatIfResponse:
        """Choose seeds under constraints, or name them, and simulate their spread."""
        operation = "POST /v1/campaigns/{campaign_id}/what-if"
        return self._request_campaign(WhatIfResponse, operation, campaign, dataset, body)

    def networks(self, dataset: str | None = None, **page: Any) -> list[Network]:
        """List all spreading networks, latest cut-off first; `page` is limit and offset."""
        return self._request(list[Network], "GET /v1/networks", dataset=dataset, **page)

    def models(self, dataset: str | None = None, **page: Any) -> list[Model]:
        """List all models with their back-tests, latest cut-off first; `page` is limit and offset."""
        return self._request(list[Model], "GET /v1/models", dataset=dataset, **page)

    def backtests(self, dataset: str | None = None, **page: Any) -> list[BackTest]:
        """List the back-tests on chosen days, latest days first; `page` is limit and offset."""
        return self._request(list[BackTest], "GET /v1/back-tests", dataset=dataset, **page)

    def build_network(self, body: NetworkRequest) -> Job:
        """Submit the build of a spreading network."""
        return self._request(Job, "POST /v1/networks", body)

    def train(self, body: TrainingRequest) -> Job:
        """Submit the training of a model."""
        return self._request(Job, "POST /v1/models", body)

    def backtest(self, body: BackTestRequest) -> Job:
        """Submit a back-test on chosen days."""
        return self._request(Job, "POST /v1/back-tests", body)

    def make_forecast(self, campaign: str, body: ForecastRequest) -> Job:
        """Submit a forecast of a campaign."""
        operation = "POST /v1/campaigns/{campaign_id}/forecast"
        return self._request(Job, operation, body, campaign_id=campaign)

    def jobs(self, **filters: Any) -> list[Job]:
        """List jobs, latest first; `filters` are dataset, state, limit and offset."""
        return self._request(list[Job], "GET /v1/jobs", **filters)

    def job(self, job: str) -> Job:
        """Return a job."""
        return self._request(Job, "GET /v1/jobs/{job_id}", job_id=job)

    def cancel(self, job: str) -> Job:
        """Cancel a job."""
        return self._request(Job, "DELETE /v1/jobs/{job_id}", job_id=job)

    def follow(self, job: Job, progress: Progress | None = None) -> Job:
        """Wait until a job is complete. Raises JobEnded if it fails or is cancelled."""
        progress, stage, done = progress or Silent(), "", 0
        advance = Silent().stage("")
        while job.state in ("waiting", "running"):
            if current := job.progress:
                if current.stage != stage:
                    stage, done, advance = current.stage, 0, progress.stage(current.stage, current.total)
                advance(max(0, current.done - done))
                done = max(done, current.done)
            time.sleep(_POLL_SECONDS)
            job = self.job(job.id)
        if job.state != "complete":
            problem = job.problem or f"The job {job.id} was {job.state}."
            raise errors.JobEnded(problem, remedy_of(job.remedy, job.action) or "Submit it again.")
        return job

    def imports(self, dataset: str | None = None, **page: Any) -> list[Import]:
        """List all imports, latest first; `page` is limit and offset."""
        return self._request(list[Import], "GET /v1/imports", dataset=dataset, **page)

    def get_import(self, import_id: str) -> Import:
        """Return an import, with its numbers of loaded and rejected rows."""
        return self._request(Import, "GET /v1/imports/{import_id}", import_id=import_id)

    def rejected(self, import_id: str) -> bytes:
        """Return every rejected row as CSV. Raises NotFound if the import rejected none."""
        return self._send("GET /v1/imports/{import_id}/rejected", import_id=import_id).content

    def start_import(self, mapping: str, files: Iterable[Path], max_rejected: float | None = None) -> Job:
        """Upload files with their mapping (YAML or JSON) and submit their import."""
        fields = {"mapping": mapping, "max_rejected": max_rejected}
        return self._upload(Job, "POST /v1/imports", fields, files)

    def check_import(
        self,
        files: Iterable[Path],
        mapping: str | None = None,
        dataset: str = "my-data",
        zone: str | None = None,
        max_rejected: float | None = None,
    ) -> ImportCheck:
        """Validate every row without writing or storing anything."""
        fields = {"mapping": mapping, "dataset": dataset, "zone": zone, "max_rejected": max_rejected}
        return self._upload(ImportCheck, "POST /v1/imports/check", fields, files)

    def _request_campaign(
        self,
        kind: type[T],
        operation: str,
        campaign: str,
        dataset: str | None,
        body: Any = None,
        /,
        **parameters: Any,
    ) -> T:
        return self._request(kind, operation, body, campaign_id=campaign, dataset=dataset, **parameters)
