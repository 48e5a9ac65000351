"""Commands carried out here, on the database of the settings; answered as the API of a server answers.

What takes seconds to import (torch, numba) is imported where it is needed, once the database answers.
"""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from api.schemas import forecasts, requests, resources
from api.serializers import records
from api.serializers.plans import planned
from api.serializers.what_ifs import carried
from cli.explanation import Explained
from forecasting.history.series import all_open, campaign_list
from forecasting.records import find_forecast, likely_users, models, store_back_test
from graph.connection import Graph
from graph.importing.job import Engine, ImportReport, import_files
from graph.importing.mapping import Mapping
from graph.importing.runs import import_runs
from graph.progress import Progress
from graph.settings import Settings
from jobs import queue
from network.runs import networks

if TYPE_CHECKING:
    from forecasting.next_users.job import NextUsersRun


class Local:
    """Each method raises what the work that it stands for does."""

    def __init__(self, graph: Graph, settings: Settings, progress: Progress) -> None:
        self.graph, self.settings, self._progress = graph, settings, progress

    def networks(self, dataset: str) -> list[resources.Network]:
        """The one with the latest cut-off first."""
        return [records.network(run) for run in networks(self.graph, dataset)]

    def build_network(self, wish: requests.Network) -> resources.Network:
        """A network, built or found to be there."""
        from network.build import build_network
        from network.tags.text_encoder import TextEncoder

        encoder = TextEncoder.of(self.settings)
        return records.network(
            build_network(
                self.graph, wish.dataset, self._progress,
                cutoff=wish.cutoff, encoder=encoder, rebuild=wish.rebuild,
            )
        )  # fmt: skip

    def train(self, wish: requests.Training) -> "forecasts.Model | NextUsersRun":
        """A model: of how many take part or, where campaigns are open to all, of who comes next."""
        from forecasting.baseline.holiday_priors import check_holiday_prior
        from forecasting.klstm.trainer import Configuration
        from forecasting.training import train

        if all_open(campaign_list(self.graph, wish.dataset)):
            from forecasting.next_users.job import train_next_users

            return train_next_users(self.graph, self.settings, wish.dataset, self._progress, wish.cutoff)
        configuration = Configuration(holidays=check_holiday_prior(wish.holidays))
        return records.model(
            train(
                self.graph, self.settings, wish.dataset, self._progress,
                cutoff=wish.cutoff, configuration=configuration, retrain=wish.retrain,
            )
        )  # fmt: skip

    def back_test(self, wish: requests.BackTest) -> forecasts.Comparison:
        """A comparison, which is kept."""
        from forecasting.baseline.holiday_priors import check_holiday_prior
        from forecasting.klstm.trainer import Configuration
        from forecasting.training import back_test

        tested = back_test(
            self.graph, self.settings, wish.dataset, wish.since, wish.until, self._progress,
            Configuration(holidays=check_holiday_prior(wish.holidays)), wish.horizon, wish.every,
        )  # fmt: skip
        store_back_test(self.graph, wish.dataset, tested, wish.until, wish.every)
        return records.comparison(tested)

    def make_forecast(self, campaign: str, wish: requests.Forecast) -> forecasts.Forecast:
        """A forecast, which is kept."""
        from forecasting.forecasts import forecast_campaign

        made = forecast_campaign(
            self.graph, self.settings, wish.dataset, campaign, wish.horizon, self._progress, wish.origin
        )
        return records.forecast(self.graph, wish.dataset, made)

    def model(self, dataset: str, model: str) -> forecasts.Model:
        """The model of that id, which there is."""
        return records.model(next(one for one in models(self.graph, dataset) if one.id == model))

    def forecast(self, campaign: str, dataset: str, origin: date | None) -> forecasts.Forecast:
        """The stored one."""
        return records.forecast(self.graph, dataset, find_forecast(self.graph, dataset, campaign, origin))

    def likely_users(
        self, campaign: str, dataset: str, origin: date | None, most: int, *, waiting: bool
    ) -> list[forecasts.LikelyUser]:
        """Whom the stored forecast expects."""
        found = find_forecast(self.graph, dataset, campaign, origin)
        rows = likely_users(self.graph, dataset, found.id, most, waiting=waiting)
        return [forecasts.LikelyUser(**row) for row in rows]

    def likely_users_csv(self, campaign: str, dataset: str, origin: date | None, *, waiting: bool) -> bytes:
        """All of them."""
        found = find_forecast(self.graph, dataset, campaign, origin)
        return records.likely_users_csv(self.graph, self.settings, dataset, found, waiting=waiting)

    def explained(self, campaign: str, dataset: str, horizon: int, origin: date | None) -> Explained:
        """Why a forecast made now would be what it is."""
        from forecasting.forecasts import explain_campaign

        made, run = explain_campaign(
            self.graph, self.settings, dataset, campaign, horizon, self._progress, origin
        )
        return Explained.computed(self.graph, dataset, campaign, made, run.network)

    def plan(self, campaign: str, dataset: str, wish: forecasts.Plan) -> forecasts.PlanAnswer:
        """A campaign before its launch."""
        return planned(self.graph, self.settings, dataset, campaign, wish, self._progress)

    def what_if(self, campaign: str, dataset: str, wish: forecasts.WhatIf) -> forecasts.WhatIfAnswer:
        """Seeds, and how far they carry."""
        return carried(self.graph, dataset, campaign, wish)

    def imports(self, dataset: str | None) -> list[resources.Import]:
        """The latest first."""
        return [records.one_import(run) for run in import_runs(self.graph, dataset)]

    def import_files(
        self, folder: Path, mapping: Mapping, engine: Engine, max_rejected: float | None
    ) -> ImportReport:
        """What became of the rows of a folder."""
        return import_files(
            self.graph, self.settings, folder, mapping, self._progress,
            engine=engine, max_rejected=max_rejected,
        )  # fmt: skip

    def jobs(self, most: int) -> list[resources.Job]:
        """The latest first."""
        return [records.job(one) for one in queue.list_jobs(self.graph, limit=most)]

    def cancel(self, job: str) -> resources.Job:
        """End a job."""
        return records.job(queue.cancel(self.graph, job))
