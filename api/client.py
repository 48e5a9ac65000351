"""A client of the API: one method for each of its operations, answers as the models it is described by.

::

    with Client("http://127.0.0.1:8000", key) as ask:
        job = ask.follow(ask.make_forecast("18", requests.Forecast(horizon=7)))
        print(ask.forecast("18").steps[0].mean)

Errors are those of ``graph.errors`` that the server met, by their names; what has no name there is a
``ServerRefused``.
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
from graph.importing.adapters.complete_journey import DATASET
from graph.progress import Progress, Silent

T = TypeVar("T")
_LOOK_SECONDS = 0.5


class Client:
    """Asks the API at `address`, like https://host or http://127.0.0.1:8000; one thread may use it.

    `seconds` is how long an answer may take: what-ifs and plans are computed meanwhile.
    """

    def __init__(self, address: str, key: str = "", seconds: float = 300.0) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        try:
            self._http = httpx.Client(base_url=address, headers=headers, timeout=seconds)
        except httpx.InvalidURL as error:
            raise _no_address(address) from error
        if self._http.base_url.scheme not in ("http", "https") or not self._http.base_url.host:
            raise _no_address(address)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def ready(self) -> resources.Ready:
        """Raises DatabaseUnreachable where the API has no database."""
        return self._asked(resources.Ready, "GET /ready")

    def health(self) -> resources.Health:
        """Raises ServerUnreachable where nobody answers."""
        return self._asked(resources.Health, "GET /health")

    def metrics(self) -> str:
        """Figures for Prometheus, as text."""
        return self._send("GET /metrics").text

    def datasets(self) -> list[users.Dataset]:
        """The data sets of the server's database."""
        return self._asked(list[users.Dataset], "GET /v1/datasets")

    def tags(self, dataset: str = DATASET, **filters: Any) -> list[users.Tag]:
        """Tags; `filters`: kind, text, key, limit, offset."""
        return self._asked(list[users.Tag], "GET /v1/tags", dataset=dataset, **filters)

    def user(self, user: str, dataset: str = DATASET) -> users.Profile:
        """What is known of a user so far."""
        return self._asked(users.Profile, "GET /v1/users/{user_id}", user_id=user, dataset=dataset)

    def neighbourhood(self, user: str, dataset: str = DATASET, most: int = 12) -> resources.Neighbourhood:
        """Whom the user influences most and by whom it is influenced."""
        told = {"user_id": user, "dataset": dataset, "most": most}
        return self._asked(resources.Neighbourhood, "GET /v1/users/{user_id}/neighbourhood", **told)

    def erase_user(self, user: str, dataset: str = DATASET) -> users.Erased:
        """Erase a person and everything derived from them."""
        return self._asked(users.Erased, "DELETE /v1/users/{user_id}", user_id=user, dataset=dataset)

    def campaigns(self, dataset: str = DATASET, **filters: Any) -> list[resources.Campaign]:
        """Campaigns; `filters`: kind, state, sort, limit, offset."""
        return self._asked(list[resources.Campaign], "GET /v1/campaigns", dataset=dataset, **filters)

    def campaign(self, campaign: str, dataset: str = DATASET) -> resources.Campaign:
        """One campaign."""
        return self._of(resources.Campaign, "GET /v1/campaigns/{campaign_id}", campaign, dataset)

    def create_campaign(self, wish: requests.Campaign) -> resources.Campaign:
        """Plan a campaign that has not begun."""
        return self._asked(resources.Campaign, "POST /v1/campaigns", wish)

    def remove_campaign(self, campaign: str, dataset: str = DATASET) -> None:
        """Take a campaign back that was planned here."""
        self._send("DELETE /v1/campaigns/{campaign_id}", campaign_id=campaign, dataset=dataset)

    def influence(
        self, campaign: str, dataset: str = DATASET, since: date | None = None, until: date | None = None
    ) -> list[resources.InfluenceStep]:
        """The campaign's influence, day by day."""
        operation = "GET /v1/campaigns/{campaign_id}/influence"
        days = {"since": since, "until": until}
        return self._of(list[resources.InfluenceStep], operation, campaign, dataset, **days)

    def influence_by_group(
        self, campaign: str, dataset: str = DATASET, since: date | None = None, until: date | None = None
    ) -> list[resources.GroupStep]:
        """Who took part, day by day and neighbour group by neighbour group."""
        operation = "GET /v1/campaigns/{campaign_id}/influence/groups"
        days = {"since": since, "until": until}
        return self._of(list[resources.GroupStep], operation, campaign, dataset, **days)

    def network(self, campaign: str, dataset: str = DATASET, most: int = 1000) -> resources.CampaignNetwork:
        """The campaign's key users and whom they influence most."""
        operation = "GET /v1/campaigns/{campaign_id}/network"
        return self._of(resources.CampaignNetwork, operation, campaign, dataset, most=most)

    def key_users(self, campaign: str, dataset: str = DATASET) -> list[resources.KeyUser]:
        """The campaign's key users, the strongest first."""
        operation = "GET /v1/campaigns/{campaign_id}/key-users"
        return self._of(list[resources.KeyUser], operation, campaign, dataset)

    def neighbour_groups(self, campaign: str, dataset: str = DATASET) -> list[resources.NeighbourGroup]:
        """The groups around them, the most influential first."""
        operation = "GET /v1/campaigns/{campaign_id}/neighbour-groups"
        return self._of(list[resources.NeighbourGroup], operation, campaign, dataset)

    def forecast(
        self, campaign: str, dataset: str = DATASET, origin: date | None = None
    ) -> forecasts.Forecast:
        """The stored forecast with the latest origin, or that of `origin`."""
        operation = "GET /v1/campaigns/{campaign_id}/forecast"
        return self._of(forecasts.Forecast, operation, campaign, dataset, origin=origin)

    def explanation(
        self, campaign: str, dataset: str = DATASET, origin: date | None = None
    ) -> forecasts.Explanation:
        """Why it says what it says."""
        operation = "GET /v1/campaigns/{campaign_id}/explanation"
        return self._of(forecasts.Explanation, operation, campaign, dataset, origin=origin)

    def likely_users(
        self, campaign: str, dataset: str = DATASET, origin: date | None = None, **page: Any
    ) -> list[forecasts.LikelyUser]:
        """Who is likely to take part next; `page`: waiting, limit, offset."""
        operation = "GET /v1/campaigns/{campaign_id}/likely-users"
        return self._of(list[forecasts.LikelyUser], operation, campaign, dataset, origin=origin, **page)

    def likely_users_csv(
        self, campaign: str, dataset: str = DATASET, origin: date | None = None, waiting: bool = False
    ) -> bytes:
        """All of them as a CSV file."""
        operation = "GET /v1/campaigns/{campaign_id}/likely-users.csv"
        told: dict[str, Any] = {"campaign_id": campaign, "dataset": dataset}
        told |= {"origin": origin, "waiting": waiting}
        return self._send(operation, **told).content

    def plan(self, campaign: str, wish: forecasts.Plan, dataset: str = DATASET) -> forecasts.PlanAnswer:
        """Forecast a campaign before its launch, as planned and as you would change it."""
        operation = "POST /v1/campaigns/{campaign_id}/plan"
        return self._of(forecasts.PlanAnswer, operation, campaign, dataset, wish)

    def what_if(
        self, campaign: str, wish: forecasts.WhatIf, dataset: str = DATASET
    ) -> forecasts.WhatIfAnswer:
        """Choose seeds on your terms (or name them), and see how far they would carry."""
        operation = "POST /v1/campaigns/{campaign_id}/what-if"
        return self._of(forecasts.WhatIfAnswer, operation, campaign, dataset, wish)

    def networks(self, dataset: str = DATASET) -> list[resources.Network]:
        """Every spreading network, the one with the latest cut-off first."""
        return self._asked(list[resources.Network], "GET /v1/networks", dataset=dataset)

    def models(self, dataset: str = DATASET) -> list[forecasts.Model]:
        """Every trained model with its back-test, the latest cut-off first."""
        return self._asked(list[forecasts.Model], "GET /v1/models", dataset=dataset)

    def back_tests(self, dataset: str = DATASET) -> list[forecasts.BackTest]:
        """Back-tests on days of choice, the latest days first."""
        return self._asked(list[forecasts.BackTest], "GET /v1/back-tests", dataset=dataset)

    def build_network(self, wish: requests.Network) -> resources.Job:
        """Ask for a spreading network."""
        return self._asked(resources.Job, "POST /v1/networks", wish)

    def train(self, wish: requests.Training) -> resources.Job:
        """Ask for a model."""
        return self._asked(resources.Job, "POST /v1/models", wish)

    def back_test(self, wish: requests.BackTest) -> resources.Job:
        """Ask for a back-test."""
        return self._asked(resources.Job, "POST /v1/back-tests", wish)

    def make_forecast(self, campaign: str, wish: requests.Forecast) -> resources.Job:
        """Ask for a forecast."""
        operation = "POST /v1/campaigns/{campaign_id}/forecast"
        return self._asked(resources.Job, operation, wish, campaign_id=campaign)

    def jobs(self, **filters: Any) -> list[resources.Job]:
        """Jobs, the latest first; `filters`: dataset, state, limit, offset."""
        return self._asked(list[resources.Job], "GET /v1/jobs", **filters)

    def job(self, job: str) -> resources.Job:
        """How a job stands."""
        return self._asked(resources.Job, "GET /v1/jobs/{job_id}", job_id=job)

    def cancel(self, job: str) -> resources.Job:
        """End a job."""
        return self._asked(resources.Job, "DELETE /v1/jobs/{job_id}", job_id=job)

    def follow(self, job: resources.Job, progress: Progress | None = None) -> resources.Job:
        """The job once it is complete, its stages told meanwhile. Raises JobEnded where it is not to be."""
        progress, stage, done = progress or Silent(), "", 0
        advance = Silent().stage("")
        while job.state in ("waiting", "running"):
            if told := job.progress:
                if told.stage != stage:
                    stage, done, advance = told.stage, 0, progress.stage(told.stage, told.total)
                advance(max(0, told.done - done))
                done = max(done, told.done)
            time.sleep(_LOOK_SECONDS)
            job = self.job(job.id)
        if job.state != "complete":
            said = job.problem or f"The job {job.id} was {job.state}."
            raise errors.JobEnded(said, job.remedy or "Ask for it again.")
        return job

    def imports(self, dataset: str | None = None) -> list[resources.Import]:
        """Every import, the latest first."""
        return self._asked(list[resources.Import], "GET /v1/imports", dataset=dataset)

    def one_import(self, import_id: str) -> resources.Import:
        """What became of an import's rows."""
        return self._asked(resources.Import, "GET /v1/imports/{import_id}", import_id=import_id)

    def rejected(self, import_id: str) -> bytes:
        """Every rejected row as CSV. Raises NotFound where there is none."""
        return self._send("GET /v1/imports/{import_id}/rejected", import_id=import_id).content

    def start_import(
        self, mapping: str, files: Iterable[Path], max_rejected: float | None = None
    ) -> resources.Job:
        """Send files and their mapping (YAML or JSON) to be imported."""
        fields = {"mapping": mapping, "max_rejected": max_rejected}
        return self._delivered(resources.Job, "POST /v1/imports", fields, files)

    def check_import(
        self, files: Iterable[Path], mapping: str | None = None, dataset: str = "my-data", zone: str = "UTC"
    ) -> resources.ImportCheck:
        """Validate every row; nothing is written and nothing is kept."""
        fields = {"mapping": mapping, "dataset": dataset, "zone": zone}
        return self._delivered(resources.ImportCheck, "POST /v1/imports/check", fields, files)

    def _of(
        self, kind: type[T], operation: str, campaign: str, dataset: str, wish: Any = None, /, **told: Any
    ) -> T:
        return self._asked(kind, operation, wish, campaign_id=campaign, dataset=dataset, **told)

    def _asked(self, kind: type[T], operation: str, wish: Any = None, /, **told: Any) -> T:
        body = (
            {} if wish is None else {"json": wish.model_dump(mode="json", exclude_unset=True, warnings=False)}
        )
        return _read(kind, self._send(operation, body, **told))

    def _delivered(self, kind: type[T], operation: str, fields: dict[str, Any], files: Iterable[Path]) -> T:
        with ExitStack() as opened:
            parts = [("files", (path.name, opened.enter_context(path.open("rb")))) for path in files]
            told = {name: str(value) for name, value in fields.items() if value is not None}
            return _read(kind, self._send(operation, {"data": told, "files": parts}))

    def _send(self, operation: str, body: dict[str, Any] | None = None, /, **told: Any) -> httpx.Response:
        """Of `told`, what the operation's path names goes there, the rest behind the question mark."""
        method, _, path = operation.partition(" ")
        named = {name: quote(str(value), safe="") for name, value in told.items() if f"{{{name}}}" in path}
        asked_for = {
            name: str(value) if isinstance(value, date) else value
            for name, value in told.items()
            if name not in named and value is not None
        }
        try:
            answer = self._http.request(method, path.format(**named), params=asked_for, **(body or {}))
        except httpx.TransportError as error:
            raise errors.ServerUnreachable(
                f"No Groundswell answers at {self._http.base_url} ({error}).",
                "Check the address and the network, and that `groundswell serve` runs there.",
            ) from error
        if not answer.is_success:
            raise _refused(answer)
        return answer


def _read(kind: type[T], answer: httpx.Response) -> T:
    try:
        return TypeAdapter(kind).validate_json(answer.content)
    except ValidationError as error:
        raise errors.ServerRefused(
            f"{answer.url} answers, but not as this version of Groundswell would.",
            "Is it a Groundswell, and of this version? GET /health tells.",
        ) from error


def _refused(answer: httpx.Response) -> errors.GroundswellError:
    """The error that the server met."""
    try:
        told = answer.json()
        said, name = str(told["detail"]), str(told["title"])
    except (ValueError, KeyError, TypeError):
        return errors.ServerRefused(
            f"{answer.url} answered {answer.status_code}, and not as a Groundswell would.",
            "Check the address.",
        )
    kind = getattr(errors, name, None)
    if not (isinstance(kind, type) and issubclass(kind, errors.GroundswellError)):
        kind = errors.ServerRefused
    remedy = str(told.get("remedy") or "The server's log says more.")
    if name == "AccessDenied":
        remedy = "Set GROUNDSWELL_SERVER_KEY to a key of the server: `groundswell keys make` there."
    return kind(said, remedy)


def _no_address(address: str) -> errors.InvalidRequest:
    return errors.InvalidRequest(f"{address!r} is no address.", "Write it like https://host:8000.")
