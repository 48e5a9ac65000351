"""Commands carried out by another Groundswell over its API: see ``cli.local_backend``."""

from datetime import date
from pathlib import Path

from api.client import Client
from api.schemas import forecasts, requests, resources
from cli.explanation import Explained
from graph.errors import InvalidRequest
from graph.importing.input_files import open_delivery
from graph.importing.mapping import Mapping
from graph.progress import Progress


class Remote:
    """Long work is asked for as a job and followed to its end. Raises the errors that the server meets."""

    def __init__(self, client: Client, progress: Progress) -> None:
        self.client, self._progress = client, progress

    def networks(self, dataset: str) -> list[resources.Network]:
        """The one with the latest cut-off first."""
        return self.client.networks(dataset)

    def build_network(self, wish: requests.Network) -> resources.Network:
        """A network, built or found to be there."""
        done = self._done(self.client.build_network(wish))
        return next(one for one in self.client.networks(wish.dataset) if one.id == done["network"])

    def train(self, wish: requests.Training) -> forecasts.Model | str:
        """A model; of who comes next, its id alone is told."""
        made = self._done(self.client.train(wish))["model"]
        return next((one for one in self.client.models(wish.dataset) if one.id == made), made)

    def back_test(self, wish: requests.BackTest) -> forecasts.Comparison:
        """A comparison, which is kept."""
        self._done(self.client.back_test(wish))
        key = (wish.since, wish.until, wish.horizon, wish.every, wish.holidays)
        return next(
            one
            for one in self.client.back_tests(wish.dataset)
            if (one.since, one.until, one.horizon, one.every, one.holidays) == key
        )

    def make_forecast(self, campaign: str, wish: requests.Forecast) -> forecasts.Forecast:
        """A forecast, which is kept."""
        done = self._done(self.client.make_forecast(campaign, wish))
        return self.client.forecast(campaign, wish.dataset, date.fromisoformat(done["origin"]))

    def model(self, dataset: str, model: str) -> forecasts.Model:
        """The model of that id, which there is."""
        return next(one for one in self.client.models(dataset) if one.id == model)

    def forecast(self, campaign: str, dataset: str, origin: date | None) -> forecasts.Forecast:
        """The stored one."""
        return self.client.forecast(campaign, dataset, origin)

    def likely_users(
        self, campaign: str, dataset: str, origin: date | None, most: int, *, waiting: bool
    ) -> list[forecasts.LikelyUser]:
        """Whom the stored forecast expects."""
        return self.client.likely_users(campaign, dataset, origin, waiting=waiting, limit=most)

    def likely_users_csv(self, campaign: str, dataset: str, origin: date | None, *, waiting: bool) -> bytes:
        """All of them."""
        return self.client.likely_users_csv(campaign, dataset, origin, waiting)

    def explained(self, campaign: str, dataset: str, horizon: int, origin: date | None) -> Explained:
        """Why the stored forecast is what it is."""
        forecast = self.client.forecast(campaign, dataset, origin)
        if horizon != len(forecast.steps):
            raise InvalidRequest(
                f"A server explains the forecast that it keeps, which is one of {len(forecast.steps)} days.",
                f"Ask with --horizon {len(forecast.steps)}, or make another forecast first.",
            )
        return Explained.kept(self.client.explanation(campaign, dataset, forecast.origin), forecast)

    def plan(self, campaign: str, dataset: str, wish: forecasts.Plan) -> forecasts.PlanAnswer:
        """A campaign before its launch."""
        return self.client.plan(campaign, wish, dataset)

    def what_if(self, campaign: str, dataset: str, wish: forecasts.WhatIf) -> forecasts.WhatIfAnswer:
        """Seeds, and how far they carry."""
        return self.client.what_if(campaign, wish, dataset)

    def imports(self, dataset: str | None) -> list[resources.Import]:
        """The latest first."""
        return self.client.imports(dataset)

    def import_files(self, folder: Path, mapping: Mapping, max_rejected: float | None) -> resources.Import:
        """What became of the rows of a folder. Raises InvalidRequest for files in folders within it."""
        inputs = open_delivery(folder, mapping, self._progress).inputs
        if within := next((one.name for one in inputs if "/" in one.name), None):
            raise InvalidRequest(
                f"{within} lies in a folder within {folder}, and files are sent without folders.",
                "Put all files in one folder.",
            )
        files = sorted({one.path for one in inputs})
        done = self._done(self.client.start_import(mapping.model_dump_json(), files, max_rejected))
        return self.client.one_import(done["import"])

    def jobs(self, most: int) -> list[resources.Job]:
        """The latest first."""
        return self.client.jobs(limit=most)

    def cancel(self, job: str) -> resources.Job:
        """End a job."""
        return self.client.cancel(job)

    def _done(self, job: resources.Job) -> dict[str, str]:
        return self.client.follow(job, self._progress).result or {}
