"""A client of the API: one method for each operation, which returns a model of ``api.schemas``.

::

    with Client("http://127.0.0.1:8000", key) as client:
        job = client.follow(client.make_forecast("18", requests.Forecast(horizon=7)))
        print(client.forecast("18").steps[0].mean)

A problem that the server answers is raised as the error of ``graph.errors`` that caused it, or as
``ServerRefused`` if the client does not know that error.
"""

import time
from collections.abc import Iterable
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import quote

import httpx
from pydantic import TypeAdapter, ValidationError

from api.schemas import forecasts, requests, resources, users
from graph import errors
from graph.progress import Progress, Silent

T = TypeVar("T")
_POLL_SECONDS = 0.5


class Client:
    """A connection to one server. Threads must not share it.

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

    def __init__(self, address: str, key: str = "", seconds: float = 300.0) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        try:
            self._http = httpx.Client(base_url=address, headers=headers, timeout=seconds)
        except httpx.InvalidURL as error:
            raise _invalid_address(address) from error
        if self._http.base_url.scheme not in ("http", "https") or not self._http.base_url.host:
            raise _invalid_address(address)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def ready(self) -> resources.Ready:
        """Check the server and its database. Raises DatabaseUnreachable if the database does not answer."""
        return self._request(resources.Ready, "GET /ready")

    def health(self) -> resources.Health:
        """Check that the server runs. Raises ServerUnreachable if it does not answer."""
        return self._request(resources.Health, "GET /health")

    def metrics(self) -> str:
        """Return the metrics in the text format of Prometheus."""
        return self._send("GET /metrics").text

    def datasets(self) -> list[users.Dataset]:
        """List the data sets of the server."""
        return self._request(list[users.Dataset], "GET /v1/datasets")

    def tags(self, dataset: str | None = None, **filters: Any) -> list[users.Tag]:
        """List tags; `filters` are kind, text, key, limit and offset."""
        return self._request(list[users.Tag], "GET /v1/tags", dataset=dataset, **filters)

    def user(self, user: str, dataset: str | None = None) -> users.Profile:
        """Return everything stored about a user."""
        return self._request(users.Profile, "GET /v1/users/{user_id}", user_id=user, dataset=dataset)

    def neighbourhood(self, user: str, dataset: str | None = None, most: int = 12) -> resources.Neighbourhood:
        """Return the user's strongest influences in both directions."""
        parameters = {"user_id": user, "dataset": dataset, "most": most}
        return self._request(resources.Neighbourhood, "GET /v1/users/{user_id}/neighbourhood", **parameters)

    def erase_user(self, user: str, dataset: str | None = None) -> users.Erased:
        """Erase a user and everything derived from the user's data."""
        return self._request(users.Erased, "DELETE /v1/users/{user_id}", user_id=user, dataset=dataset)

    def campaigns(self, dataset: str | None = None, **filters: Any) -> list[resources.Campaign]:
        """List campaigns; `filters` are kind, state, sort, limit and offset."""
        return self._request(list[resources.Campaign], "GET /v1/campaigns", dataset=dataset, **filters)

    def campaign(self, campaign: str, dataset: str | None = None) -> resources.Campaign:
        """Return one campaign."""
        return self._request_campaign(
            resources.Campaign, "GET /v1/campaigns/{campaign_id}", campaign, dataset
        )

    def create_campaign(self, body: requests.Campaign) -> resources.Campaign:
        """Create a planned campaign."""
        return self._request(resources.Campaign, "POST /v1/campaigns", body)

    def remove_campaign(self, campaign: str, dataset: str | None = None) -> None:
        """Remove a campaign that was created with the API."""
        self._send("DELETE /v1/campaigns/{campaign_id}", campaign_id=campaign, dataset=dataset)

    def influence(
        self, campaign: str, dataset: str | None = None, since: date | None = None, until: date | None = None
    ) -> list[resources.InfluenceStep]:
        """Return the campaign's influence per day."""
        operation = "GET /v1/campaigns/{campaign_id}/influence"
        days = {"since": since, "until": until}
        return self._request_campaign(list[resources.InfluenceStep], operation, campaign, dataset, **days)

    def influence_by_group(
        self, campaign: str, dataset: str | None = None, since: date | None = None, until: date | None = None
    ) -> list[resources.GroupStep]:
        """Return the campaign's participants per day and neighbour group."""
        operation = "GET /v1/campaigns/{campaign_id}/influence/groups"
        days = {"since": since, "until": until}
        return self._request_campaign(list[resources.GroupStep], operation, campaign, dataset, **days)

    def network(
        self, campaign: str, dataset: str | None = None, most: int = 1000
    ) -> resources.CampaignNetwork:
        """Return the network around the campaign's key users, with at most `most` influences."""
        operation = "GET /v1/campaigns/{campaign_id}/network"
        return self._request_campaign(resources.CampaignNetwork, operation, campaign, dataset, most=most)

    def key_users(self, campaign: str, dataset: str | None = None) -> list[resources.KeyUser]:
        """List the campaign's key users, strongest first."""
        operation = "GET /v1/campaigns/{campaign_id}/key-users"
        return self._request_campaign(list[resources.KeyUser], operation, campaign, dataset)

    def neighbour_groups(self, campaign: str, dataset: str | None = None) -> list[resources.NeighbourGroup]:
        """List the groups around the campaign's key users, most influential first."""
        operation = "GET /v1/campaigns/{campaign_id}/neighbour-groups"
        return self._request_campaign(list[resources.NeighbourGroup], operation, campaign, dataset)

    def forecast(
        self, campaign: str, dataset: str | None = None, origin: date | None = None
    ) -> forecasts.Forecast:
        """Return the stored forecast with the latest origin, or with `origin`."""
        operation = "GET /v1/campaigns/{campaign_id}/forecast"
        return self._request_campaign(forecasts.Forecast, operation, campaign, dataset, origin=origin)

    def explanation(
        self, campaign: str, dataset: str | None = None, origin: date | None = None
    ) -> forecasts.Explanation:
        """Return the explanation of the forecast with the latest origin, or with `origin`."""
        operation = "GET /v1/campaigns/{campaign_id}/explanation"
        return self._request_campaign(forecasts.Explanation, operation, campaign, dataset, origin=origin)

    def likely_users(
        self, campaign: str, dataset: str | None = None, origin: date | None = None, **page: Any
    ) -> list[forecasts.LikelyUser]:
        """List the likely users of a forecast; `page` is waiting, limit and offset."""
        operation = "GET /v1/campaigns/{campaign_id}/likely-users"
        return self._request_campaign(
            list[forecasts.LikelyUser], operation, campaign, dataset, origin=origin, **page
        )

    def likely_users_csv(
        self, campaign: str, dataset: str | None = None, origin: date | None = None, waiting: bool = False
    ) -> bytes:
        """Return all likely users of a forecast as CSV."""
        operation = "GET /v1/campaigns/{campaign_id}/likely-users.csv"
        parameters: dict[str, Any] = {"campaign_id": campaign, "dataset": dataset}
        parameters |= {"origin": origin, "waiting": waiting}
        return self._send(operation, **parameters).content

    def plan(self, campaign: str, body: forecasts.Plan, dataset: str | None = None) -> forecasts.PlanAnswer:
        """Forecast a campaign before its launch, as planned and with changes."""
        operation = "POST /v1/campaigns/{campaign_id}/plan"
        return self._request_campaign(forecasts.PlanAnswer, operation, campaign, dataset, body)

    def what_if(
        self, campaign: str, body: forecasts.WhatIf, dataset: str | None = None
    ) -> forecasts.WhatIfAnswer:
        """Choose seeds under constraints, or name them, and simulate their spread."""
        operation = "POST /v1/campaigns/{campaign_id}/what-if"
        return self._request_campaign(forecasts.WhatIfAnswer, operation, campaign, dataset, body)

    def networks(self, dataset: str | None = None) -> list[resources.Network]:
        """List all spreading networks, latest cut-off first."""
        return self._request(list[resources.Network], "GET /v1/networks", dataset=dataset)

    def models(self, dataset: str | None = None) -> list[forecasts.Model]:
        """List all models with their back-tests, latest cut-off first."""
        return self._request(list[forecasts.Model], "GET /v1/models", dataset=dataset)

    def back_tests(self, dataset: str | None = None) -> list[forecasts.BackTest]:
        """List the back-tests on chosen days, latest days first."""
        return self._request(list[forecasts.BackTest], "GET /v1/back-tests", dataset=dataset)

    def build_network(self, body: requests.Network) -> resources.Job:
        """Submit the build of a spreading network."""
        return self._request(resources.Job, "POST /v1/networks", body)

    def train(self, body: requests.Training) -> resources.Job:
        """Submit the training of a model."""
        return self._request(resources.Job, "POST /v1/models", body)

    def back_test(self, body: requests.BackTest) -> resources.Job:
        """Submit a back-test on chosen days."""
        return self._request(resources.Job, "POST /v1/back-tests", body)

    def make_forecast(self, campaign: str, body: requests.Forecast) -> resources.Job:
        """Submit a forecast of a campaign."""
        operation = "POST /v1/campaigns/{campaign_id}/forecast"
        return self._request(resources.Job, operation, body, campaign_id=campaign)

    def jobs(self, **filters: Any) -> list[resources.Job]:
        """List jobs, latest first; `filters` are dataset, state, limit and offset."""
        return self._request(list[resources.Job], "GET /v1/jobs", **filters)

    def job(self, job: str) -> resources.Job:
        """Return a job."""
        return self._request(resources.Job, "GET /v1/jobs/{job_id}", job_id=job)

    def cancel(self, job: str) -> resources.Job:
        """Cancel a job."""
        return self._request(resources.Job, "DELETE /v1/jobs/{job_id}", job_id=job)

    def follow(self, job: resources.Job, progress: Progress | None = None) -> resources.Job:
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
            raise errors.JobEnded(problem, job.remedy or "Submit it again.")
        return job

    def imports(self, dataset: str | None = None) -> list[resources.Import]:
        """List all imports, latest first."""
        return self._request(list[resources.Import], "GET /v1/imports", dataset=dataset)

    def get_import(self, import_id: str) -> resources.Import:
        """Return an import, with its numbers of loaded and rejected rows."""
        return self._request(resources.Import, "GET /v1/imports/{import_id}", import_id=import_id)

    def rejected(self, import_id: str) -> bytes:
        """Return every rejected row as CSV. Raises NotFound if the import rejected none."""
        return self._send("GET /v1/imports/{import_id}/rejected", import_id=import_id).content

    def start_import(
        self, mapping: str, files: Iterable[Path], max_rejected: float | None = None
    ) -> resources.Job:
        """Upload files with their mapping (YAML or JSON) and submit their import."""
        fields = {"mapping": mapping, "max_rejected": max_rejected}
        return self._upload(resources.Job, "POST /v1/imports", fields, files)

    def check_import(
        self, files: Iterable[Path], mapping: str | None = None, dataset: str = "my-data", zone: str = "UTC"
    ) -> resources.ImportCheck:
        """Validate every row without writing or storing anything."""
        fields = {"mapping": mapping, "dataset": dataset, "zone": zone}
        return self._upload(resources.ImportCheck, "POST /v1/imports/check", fields, files)

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

    def _request(self, kind: type[T], operation: str, body: Any = None, /, **parameters: Any) -> T:
        content = {}
        if body is not None:
            content = {"json": body.model_dump(mode="json", exclude_unset=True, warnings=False)}
        return _parse(kind, self._send(operation, content, **parameters))

    def _upload(self, kind: type[T], operation: str, fields: dict[str, Any], files: Iterable[Path]) -> T:
        with ExitStack() as opened:
            parts = [("files", (path.name, opened.enter_context(path.open("rb")))) for path in files]
            texts = {name: str(value) for name, value in fields.items() if value is not None}
            return _parse(kind, self._send(operation, {"data": texts, "files": parts}))

    def _send(
        self, operation: str, body: dict[str, Any] | None = None, /, **parameters: Any
    ) -> httpx.Response:
        """Send a request with the parameters of its path, and all others in its query."""
        method, _, path = operation.partition(" ")
        in_path = {
            name: quote(str(value), safe="") for name, value in parameters.items() if f"{{{name}}}" in path
        }
        in_query = {
            name: str(value) if isinstance(value, date) else value
            for name, value in parameters.items()
            if name not in in_path and value is not None
        }
        try:
            response = self._http.request(method, path.format(**in_path), params=in_query, **(body or {}))
        except httpx.TransportError as error:
            raise errors.ServerUnreachable(
                f"No Groundswell server answers at {self._http.base_url} ({error}).",
                "Check the address and the network, and that `groundswell serve` runs there.",
            ) from error
        if not response.is_success:
            raise _error_of(response)
        return response


def _parse(kind: type[T], response: httpx.Response) -> T:
    try:
        return TypeAdapter(kind).validate_json(response.content)
    except ValidationError as error:
        raise errors.ServerRefused(
            f"The response of {response.url} is not one of this version of Groundswell.",
            "Compare the versions: GET /health returns the server's.",
        ) from error


def _error_of(response: httpx.Response) -> errors.GroundswellError:
    """The error that a problem names."""
    try:
        problem = response.json()
        detail, name = str(problem["detail"]), str(problem["title"])
    except (ValueError, KeyError, TypeError):
        return errors.ServerRefused(
            f"{response.url} answered {response.status_code}, but not with a problem of Groundswell.",
            "Check the address.",
        )
    kind = getattr(errors, name, None)
    if not (isinstance(kind, type) and issubclass(kind, errors.GroundswellError)):
        kind = errors.ServerRefused
    remedy = str(problem.get("remedy") or "See the server's log.")
    if name == "AccessDenied":
        remedy = "Set GROUNDSWELL_SERVER_KEY to a key of the server: `groundswell keys make` there."
    return kind(detail, remedy)


def _invalid_address(address: str) -> errors.InvalidRequest:
    return errors.InvalidRequest(f"{address!r} is not an HTTP address.", "Write it like https://host:8000.")
