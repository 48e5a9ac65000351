"""Why a forecast is what it is, computed here or kept with it, in one form to be shown."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import pandas as pd

from api.schemas import forecasts
from graph.connection import Graph
from network import queries

if TYPE_CHECKING:  # It imports torch.
    from forecasting.klstm.attributions import Explanation

_NOBODYS = "users of no group"


@dataclass(frozen=True)
class Explained:
    """`baseline`: how many of the `expected` participants traffic and the campaign's own rate predict alone.
    `sources`: groups by name, with the number of participants from each.
    """

    expected: float
    baseline: float
    attributions: list[forecasts.Attribution]
    odds_ratios: list[forecasts.OddsRatio]
    sources: list[tuple[str, float]]

    @classmethod
    def computed(cls, graph: Graph, dataset: str, campaign: str, made: "Explanation", network: str) -> Self:
        """As ``explain_campaign`` makes it."""
        rows = queries.neighbour_groups(graph, dataset, campaign, network)
        names = {row["id"]: _named(row["rank"], row["name"]) for row in rows}
        sources = [
            (
                _NOBODYS if pd.isna(row.group) else names.get(row.group, str(row.group)),
                float(row.mean),
            )
            for row in made.groups.sort_values("mean", ascending=False).itertuples()
        ]
        attributions = [forecasts.Attribution(**row) for row in made.attributions.to_dict("records")]
        odds_ratios = [forecasts.OddsRatio(**row) for row in made.odds_ratios.to_dict("records")]
        return cls(made.expected, made.baseline, attributions, odds_ratios, sources)

    @classmethod
    def kept(cls, told: forecasts.Explanation, forecast: forecasts.Forecast) -> Self:
        """As the API tells it."""
        of_groups = [(_named(one.rank, one.name), sum(one.mean)) for one in forecast.groups]
        others = (_NOBODYS, told.expected - sum(count for _, count in of_groups))
        sources = sorted([*of_groups, others], key=lambda source: -source[1])
        return cls(told.expected, told.baseline, told.attributions, told.odds_ratios, sources)


def _named(rank: int, name: str) -> str:
    return f"group {rank}: {name}"
