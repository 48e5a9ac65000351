"""Trained models and stored forecasts in the graph. This module does not import torch."""

from dataclasses import asdict, dataclass, field, fields
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from forecasting.history.campaigns import campaign_list
from forecasting.history.time_step import step_named
from graph.connection import Graph, Row
from graph.errors import NotFound, NotReady
from graph.remedies import Remedy
from graph.settings import Settings
from network.runs import NetworkRun, latest_network, network_run

FORECAST_VALUES = [
    "mean",
    "participants_p10",
    "participants_p50",
    "participants_p90",
    "level_p10",
    "level_p50",
    "level_p90",
]
ASSOCIATION_PROPERTIES = {
    "took_part_with": "took_part_with",
    "took_part_without": "took_part_without",
    "ratio": "trait_ratios",
    "low": "trait_ratios_low",
    "high": "trait_ratios_high",
}
"""Columns of ``forecasting.user_shares.traits.Associations.table``, and the properties that hold them."""
REDEEMER_VALUES = ["redeemers_mean", "redeemers_p10", "redeemers_p50", "redeemers_p90"]
"""Present only if the data set has redemptions."""
BEHAVIOUR_VALUES = ["mean", "p10", "p50", "p90"]
LIKELY_COLUMNS = ["rank", "user", "probability", "days", "took_part", "redeems", "key_user", "group"]
"""Columns of ``likely_users_table``."""
_MAX_USERS = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Backtest:
    """Errors of a model trained on data before `backtest_from`, and of others, on later days."""

    backtest_from: date
    horizon: int
    names: list[str]
    """The first is the forecaster whose forecasts are shown."""
    mae: list[float]
    mase: list[float]
    coverage_80: float
    """The share of days between P10 and P90: of participants, and of the influence level."""
    level_coverage_80: float
    points: int
    """The number of forecasts compared."""
    redeemers_mae: list[float] | None = None
    """The errors of redeemers; None where the data set has no redemptions. They have no MASE: nobody redeems
    before a campaign starts, so there is no error to scale by."""
    holidays: str | None = None
    """The declared holiday prior (``holiday_priors``) of all forecasters."""
    weights: list[float] | None = None
    """The mean weight of each of `names` in the combination of the back-test; a model that is then trained on
    all days learns its own. 1 for the combination, 0 for those that are no members; None for back-tests of
    versions that did not combine forecasters."""
    step: str = "day"
    """The name of its time step (``time_step.STEPS``)."""
    every: int = 3
    """Steps from one origin to the next."""

    @property
    def scores(self) -> pd.DataFrame:
        """The comparison: columns model, weight, mae, mase."""
        weights = self.weights or [np.nan] * len(self.names)
        return pd.DataFrame({"model": self.names, "weight": weights, "mae": self.mae, "mase": self.mase})


_BACKTEST_FIELDS = [field.name for field in fields(Backtest)]


@dataclass(frozen=True, kw_only=True)
class ModelRun:
    """A trained model."""

    id: str
    cutoff: date
    network: str
    checkpoint: str
    fingerprint: str
    is_trained: bool = True
    """Whether there was enough data to train the K-LSTM; without, it forecasts the baseline."""
    step: str = "day"
    """The name of its time step (``time_step.STEPS``)."""
    back_test: Backtest | None = None
    """Its back-test; None where there was too little data for one."""


def checkpoint_path(settings: Settings, run: ModelRun) -> Path:
    """Path of a model's checkpoint."""
    return settings.checkpoints / run.checkpoint


def redeemers_path(checkpoint: Path) -> Path:
    """Path of the model of redeemers next to `checkpoint`; it exists if the data set has redemptions."""
    return checkpoint.with_suffix(".redeemers.safetensors")


def behaviours_path(checkpoint: Path) -> Path:
    """Path of the models of behaviours by kind next to `checkpoint`; it exists if there are such kinds."""
    return checkpoint.with_suffix(".behaviours.safetensors")


@dataclass(frozen=True, kw_only=True)
class StoredBacktest(Backtest):
    """A back-test on chosen days: from every `every`-th step up to `until` (exclusive)."""

    id: str
    until: date
    network: str


def store_backtest(graph: Graph, dataset: str, result: Backtest, until: date) -> str:
    """Store a back-test of the days up to `until`, and return its id.

    It replaces one of the same days, time step, horizon and holiday prior.
    """
    first = result.backtest_from
    key = [
        "back-test",
        str(first),
        str(until),
        f"{result.horizon}-{result.every}",
        result.holidays or "no-prior",
    ]
    if result.step != "day":
        key.append(result.step)
    rows = graph.run(
        "forecasts/write_backtest",
        dataset=dataset,
        id="/".join(key),
        network=latest_network(graph, dataset, first).id,
        figures=backtest_properties(result) | {"until": str(until)},
    )
    return str(rows[0]["id"])


def backtests(graph: Graph, dataset: str) -> list[StoredBacktest]:
    """All back-tests on chosen days, the latest first."""
    rows = graph.run("forecasts/backtests", dataset=dataset)
    return [StoredBacktest(**_with_dates(row, "until", "backtest_from")) for row in rows]


def models(graph: Graph, dataset: str) -> list[ModelRun]:
    """All trained models of a data set, the latest cut-off first."""
    return [model_run(row) for row in graph.run("forecasts/models", dataset=dataset)]


def find_model(graph: Graph, dataset: str, model: str) -> ModelRun | None:
    """The trained model with this id, or None."""
    return next((run for run in models(graph, dataset) if run.id == model), None)


@dataclass(frozen=True)
class Forecast:
    """A stored forecast: for each of its `days` (ISO dates, or moments of hours) the lists of `values`, which
    are FORECAST_VALUES and, where the data set has redemptions, REDEEMER_VALUES. `others_share` is the share
    of the participants who are not among its likely users: see
    ``forecasting.history.campaign_users.others_share``. `unit` is the name of its time step. `behaviours` has
    BEHAVIOUR_VALUES of each kind of behaviour that is forecast, in the funnel's order.
    """

    id: str
    campaign: str
    origin: date
    model: str
    network: str
    days: list[str]
    values: dict[str, list[float]]
    others_share: float = 0.0
    unit: str = "day"
    behaviours: dict[str, dict[str, list[float]]] = field(default_factory=dict)

    @cached_property
    def steps(self) -> pd.DataFrame:
        """The values as columns, with the day as a timestamp in `ds`."""
        return pd.DataFrame({"ds": pd.to_datetime(self.days), **self.values})


def stored_forecasts(graph: Graph, dataset: str, campaign: str) -> list[Forecast]:
    """The forecasts of a campaign, the latest origin first."""
    rows = graph.run("forecasts/read_forecast", dataset=dataset, campaign=campaign)
    return [_forecast(campaign, row) for row in rows]


def find_forecast(graph: Graph, dataset: str, campaign: str, origin: date | None = None) -> Forecast:
    """The forecast of a campaign from `origin`, or the latest. Raises NotFound if there is none."""
    for row in graph.run("forecasts/read_forecast", dataset=dataset, campaign=campaign):
        if origin is None or row["origin"] == step_named(row["unit"]).text(origin):
            return _forecast(campaign, row)
    check_campaign(graph, dataset, campaign)
    raise NotFound(
        f"There is no forecast of campaign {campaign}{f' from {origin}' if origin else ''}.",
        Remedy("Make one", "make forecast", campaign=campaign, origin=origin, dataset=dataset),
    )


def likely_users(
    graph: Graph, dataset: str, forecast: str, limit: int, skip: int = 0, *, waiting: bool = False
) -> list[Row]:
    """The users of a forecast, the most likely first: rows of ``forecasts/likely_users``.

    With `waiting`, only users who have not taken part before the origin.
    """
    scope = {"dataset": dataset, "id": forecast, "waiting": waiting}
    return graph.run("forecasts/likely_users", **scope, skip=skip, limit=limit)


def count_likely_users(graph: Graph, dataset: str, forecast: str, *, waiting: bool = False) -> int:
    """How many rows ``likely_users`` has without a limit."""
    scope = {"dataset": dataset, "id": forecast, "waiting": waiting}
    return int(graph.single("forecasts/count_likely_users", **scope)["users"])


def likely_users_table(graph: Graph, dataset: str, forecast: str, *, waiting: bool = False) -> pd.DataFrame:
    """All rows of ``likely_users``, with LIKELY_COLUMNS; integers stay integers where values are missing."""
    rows = likely_users(graph, dataset, forecast, _MAX_USERS, waiting=waiting)
    return pd.DataFrame(rows, columns=LIKELY_COLUMNS, dtype=object)


def expected_groups(graph: Graph, dataset: str, forecast: str) -> list[Row]:
    """Expected participants of each neighbour group: rows of ``forecasts/expected_groups``. Empty if the
    network of the forecast no longer exists.
    """
    return graph.run("forecasts/expected_groups", dataset=dataset, id=forecast)


@dataclass(frozen=True)
class StoredExplanation:
    """The explanation stored with a forecast.

    Attributes
    ----------
    baseline
        Participants that traffic and the campaign's own rate predict alone.
    attributions
        Columns feature, ratio: see ``forecasting.klstm.attributions``.
    associations
        See ``forecasting.user_shares.traits.Associations.table``.
    """

    baseline: float
    attributions: pd.DataFrame
    associations: pd.DataFrame


def find_explanation(graph: Graph, dataset: str, forecast: Forecast) -> StoredExplanation:
    """The explanation stored with a forecast. Raises NotFound if it has none."""
    row = graph.single("forecasts/explanation", dataset=dataset, id=forecast.id)
    if row["baseline"] is None:
        raise NotFound(
            f"The forecast of campaign {forecast.campaign} from {forecast.origin} has no explanation.",
            Remedy(
                "Make it again",
                "make forecast",
                campaign=forecast.campaign,
                origin=forecast.origin,
                dataset=dataset,
            ),
        )
    attributions = pd.DataFrame({"feature": row["attribution_features"], "ratio": row["attribution_ratios"]})
    associations = pd.DataFrame(
        {"trait": row["traits"]} | {name: row[stored] for name, stored in ASSOCIATION_PROPERTIES.items()}
    )
    return StoredExplanation(row["baseline"], attributions, associations)


def find_campaign(graph: Graph, dataset: str, campaign: str) -> pd.Series:
    """The row of ``campaign_list`` for a campaign. Raises NotFound."""
    return campaign_row(campaign_list(graph, dataset), dataset, campaign)


def check_campaign(graph: Graph, dataset: str, campaign: str) -> None:
    """Raise NotFound for an unknown campaign; cheaper than ``find_campaign``."""
    if not graph.run("campaigns/exists", dataset=dataset, campaign=campaign):
        raise unknown_campaign(dataset, campaign, campaign_list(graph, dataset))


def campaign_row(campaigns: pd.DataFrame, dataset: str, campaign: str) -> pd.Series:
    """The row of a campaign in a ``campaign_list``. Raises NotFound."""
    rows = campaigns[campaigns["id"] == campaign]
    if rows.empty:
        raise unknown_campaign(dataset, campaign, campaigns)
    return rows.iloc[0]


def unknown_campaign(dataset: str, campaign: str, campaigns: pd.DataFrame) -> NotFound:
    """The error for an id that is not in the ``campaign_list`` of its data set."""
    return NotFound(
        f"There is no campaign {campaign!r} in the data set {dataset!r}.",
        f"Its campaigns are {', '.join(campaigns['id']) or 'none'}.",
    )


def network_of(graph: Graph, dataset: str, campaign: str) -> NetworkRun:
    """The network of a campaign's latest forecast, or the latest network.

    Raises NotFound for an unknown campaign and NotReady if there is no network.
    """
    rows = graph.run("runs/network_of", dataset=dataset, campaign=campaign)
    if not rows:
        raise unknown_campaign(dataset, campaign, campaign_list(graph, dataset))
    if rows[0]["figures"] is None:
        raise NotReady(
            f"There is no spreading network of {dataset!r} yet.",
            Remedy("Build one", "build network", dataset=dataset),
        )
    return network_run(rows[0])


def model_run(row: Row) -> ModelRun:
    """A row of ``forecasts/models`` as a ModelRun."""
    own = {name: value for name, value in row.items() if name == "step" or name not in _BACKTEST_FIELDS}
    back_test = None
    if row["points"]:
        values = {name: row[name] for name in _BACKTEST_FIELDS}
        back_test = Backtest(**_with_dates(values, "backtest_from"))
    return ModelRun(**_with_dates(own, "cutoff"), back_test=back_test)


def backtest_properties(back_test: Backtest | None) -> Row:
    """The properties of a stored back-test; null without one, so that those of an earlier one are removed."""
    if back_test is None:
        return dict.fromkeys(_BACKTEST_FIELDS)
    return asdict(back_test) | {"backtest_from": str(back_test.backtest_from)}


def _with_dates(row: Row, *names: str) -> Row:
    return {**row, **{name: date.fromisoformat(row[name]) for name in names}}


def _forecast(campaign: str, row: Row) -> Forecast:
    values = {name: row["values"][name] for name in [*FORECAST_VALUES, *REDEEMER_VALUES]}
    return Forecast(
        row["id"],
        campaign,
        step_named(row["unit"]).origin(pd.Timestamp(row["origin"])),
        row["model"],
        row["network"],
        days=row["steps"],
        values={name: column for name, column in values.items() if column is not None},
        others_share=row["others_share"],
        unit=row["unit"],
        behaviours=_behaviours(row["behaviours"], len(row["steps"])),
    )


def behaviour_properties(behaviours: dict[str, dict[str, list[float]]]) -> Row:
    """``Forecast.behaviours`` as properties: the kinds, and the steps of all kinds, kind by kind."""
    lists = {
        f"behaviours_{name}": [value for kind in behaviours.values() for value in kind[name]]
        for name in BEHAVIOUR_VALUES
    }
    return {"behaviours": [*behaviours], **lists}


def _behaviours(row: Row, n_steps: int) -> dict[str, dict[str, list[float]]]:
    return {
        kind: {
            name: row[f"behaviours_{name}"][number * n_steps : (number + 1) * n_steps]
            for name in BEHAVIOUR_VALUES
        }
        for number, kind in enumerate(row["behaviours"] or [])
    }
