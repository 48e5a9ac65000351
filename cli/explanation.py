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
    """`ground` of `expected` participants are due to traffic and pace alone. `sources` names groups, with how
    many of the participants come from each.
    """

    expected: float
    ground: float
    moves: list[forecasts.Move]
    worth: list[forecasts.Worth]
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
        moves = [forecasts.Move(**row) for row in made.moves.to_dict("records")]
        worth = [forecasts.Worth(**row) for row in made.worth.to_dict("records")]
        return cls(made.expected, made.ground, moves, worth, sources)

    @classmethod
    def kept(cls, told: forecasts.Explanation, forecast: forecasts.Forecast) -> Self:
        """As the API tells it."""
        of_groups = [(_named(one.rank, one.name), sum(one.mean)) for one in forecast.groups]
        others = (_NOBODYS, told.expected - sum(count for _, count in of_groups))
        sources = sorted([*of_groups, others], key=lambda source: -source[1])
        return cls(told.expected, told.ground, told.moves, told.worth, sources)


def _named(rank: int, name: str) -> str:
    return f"group {rank}: {name}"
