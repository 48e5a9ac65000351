"""An explanation of a forecast, computed locally or read from a server, in the form that the CLI prints."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Self

import pandas as pd

from api.schemas import forecasts
from api.serializers.forecasts import serialize_associations
from graph.connection import Graph
from network import queries

if TYPE_CHECKING:
    from forecasting.klstm.attributions import Explanation
    from forecasting.records import ModelRun

_NO_GROUP = "users of no group"


@dataclass(frozen=True)
class ForecastExplanation:
    """What a forecast is based on.

    Attributes
    ----------
    campaign, origin, model
        The campaign, the first day or hour of the forecast, and its model.
    unit, steps
        Its time step, and the number of steps.
    expected : float
        Forecast participants over the whole horizon.
    baseline : float
        Participants that the baseline expects, without learned effects.
    attributions
        Effects that multiply the baseline.
    associations
        What goes with taking part.
    sources
        Pairs of a neighbour group's name and the number of participants expected from it.
    """

    campaign: str
    origin: date
    model: str
    unit: str
    steps: int
    expected: float
    baseline: float
    attributions: list[forecasts.Attribution]
    associations: list[forecasts.Association]
    sources: list[tuple[str, float]]

    @classmethod
    def from_computation(
        cls,
        graph: Graph,
        dataset: str,
        campaign: str,
        explanation: "Explanation",
        run: "ModelRun",
    ) -> Self:
        """Convert the result of ``explain_campaign``."""
        groups = queries.neighbour_groups(graph, dataset, campaign, run.network)
        names = {group["id"]: _group_name(group["rank"], group["name"]) for group in groups}
        sources = [
            (
                _NO_GROUP if pd.isna(row.group) else names.get(row.group, str(row.group)),
                float(row.mean),
            )
            for row in explanation.groups.sort_values("mean", ascending=False).itertuples()
        ]
        attributions = [forecasts.Attribution(**row) for row in explanation.attributions.to_dict("records")]
        associations = serialize_associations(explanation.associations)
        scores = (explanation.expected, explanation.baseline, attributions, associations, sources)
        of_forecast = (campaign, explanation.origin, run.id, explanation.unit, explanation.steps)
        return cls(*of_forecast, *scores)

    @classmethod
    def from_response(cls, explanation: forecasts.Explanation, forecast: forecasts.Forecast) -> Self:
        """Convert the explanation and forecast that the API returns."""
        groups = [(_group_name(group.rank, group.name), sum(group.mean)) for group in forecast.groups]
        others = (_NO_GROUP, explanation.expected - sum(count for _, count in groups))
        sources = sorted([*groups, others], key=lambda source: -source[1])
        return cls(
            explanation.campaign,
            explanation.origin,
            explanation.model,
            forecast.unit,
            len(forecast.steps),
            explanation.expected,
            explanation.baseline,
            explanation.attributions,
            explanation.associations,
            sources,
        )

    def to_response(self) -> forecasts.Explanation:
        """Convert to the response of the API, which has neither `sources` nor steps."""
        absent = ("sources", "unit", "steps")
        fields = {name: value for name, value in vars(self).items() if name not in absent}
        return forecasts.Explanation(**fields)


def _group_name(rank: int, name: str) -> str:
    return f"group {rank}: {name}"
