"""Serializes forecasts and their explanations."""

import pandas as pd

from api.csv_lists import to_csv
from api.schemas import forecasts
from api.serializers.models import serialize_verdict
from forecasting.records import Forecast, expected_groups, find_explanation, find_model, likely_users_table
from graph.connection import Graph
from graph.pseudonyms import Pseudonyms
from graph.settings import Settings


def serialize_forecast(graph: Graph, dataset: str, stored: Forecast) -> forecasts.Forecast:
    """Return the response for a stored forecast, with those of its neighbour groups and a verdict."""
    behaviours = [
        {
            kind: {name: values[number] for name, values in of_kind.items()}
            for kind, of_kind in stored.behaviours.items()
        }
        for number in range(len(stored.days))
    ]
    columns = {"step": stored.days, **stored.values, "behaviours": behaviours}
    model = find_model(graph, dataset, stored.model)
    return forecasts.Forecast.model_validate(
        {
            "campaign": stored.campaign,
            "origin": stored.origin,
            "unit": stored.unit,
            "model": stored.model,
            "network": stored.network,
            "steps": [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)],
            "groups": expected_groups(graph, dataset, stored.id),
            "others_share": stored.others_share,
            "rests_on": model and ("K-LSTM" if model.is_trained else "baseline"),
            "verdict": serialize_verdict(model.back_test) if model and model.back_test else None,
        }
    )


def serialize_associations(table: pd.DataFrame) -> list[forecasts.Association]:
    """Return the rows of a table of ``forecasting.user_shares.traits``; an unknown bound is null."""
    known = table.astype(object).where(table.notna(), None)
    return [forecasts.Association(**row) for row in known.to_dict("records")]


def serialize_explanation(graph: Graph, dataset: str, stored: Forecast) -> forecasts.Explanation:
    """Return the explanation of a stored forecast. Raises NotFound if it was stored without one."""
    explanation = find_explanation(graph, dataset, stored)
    return forecasts.Explanation(
        campaign=stored.campaign,
        origin=stored.origin,
        model=stored.model,
        expected=float(stored.steps["mean"].sum()),
        baseline=explanation.baseline,
        attributions=explanation.attributions.to_dict("records"),
        associations=serialize_associations(explanation.associations),
    )


def likely_users_csv(
    graph: Graph, settings: Settings, dataset: str, stored: Forecast, *, waiting: bool = False
) -> bytes:
    """Return the likely users of a stored forecast as CSV, under pseudonyms if a pseudonym key is set."""
    pseudonyms = Pseudonyms(settings.pseudonym_key, dataset)
    table = pseudonyms.table(likely_users_table(graph, dataset, stored.id, waiting=waiting))
    return to_csv(forecasts.LikelyUser, table.to_dict("records")).encode()
