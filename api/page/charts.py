"""Plotly figures of a campaign: influence by day with its forecasts, and the activities of groups."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import pandas as pd
import plotly.graph_objects as go

from api.page.i18n import Translator
from forecasting.records import Forecast
from graph.connection import Row

_OBSERVED, _ACTUAL, _FORECAST = "#3f7fb8", "#7a8896", "#d0621f"
"""Distinguishable on white and on black; the page's script sets the other colours."""
_INTERVAL_COLOUR = "rgba(194, 87, 26, 0.18)"
_EARLIER = "#b0895f"
_DASHES = ("solid", "dot", "dash", "dashdot")
_MAX_GROUPS = 5
"""More lines are hard to tell apart; the table lists all groups."""


def influence_chart(
    steps: pd.DataFrame, outcome: str, forecasts: Sequence[Forecast], translate: Translator
) -> go.Figure:
    """Draw an outcome by time step with the stored forecasts.

    Parameters
    ----------
    steps
        Columns `ds` and `outcome`.
    outcome
        "participants" or "level".
    forecasts
        The latest first, all of one time step. Steps before its origin are drawn as observed, later ones as
        actual; of earlier forecasts only P50 is drawn.
    translate
        The page's language.
    """
    figure = go.Figure()
    forecast = forecasts[0] if forecasts else None
    _add_earlier_forecasts(figure, forecasts[1:], outcome, translate)
    origin = pd.Timestamp(forecast.origin) if forecast else steps["ds"].max() + pd.Timedelta(days=1)
    observed, actual = steps[steps["ds"] < origin], steps[steps["ds"] >= origin]
    figure.add_scatter(
        x=observed["ds"],
        y=observed[outcome],
        name=translate("observed"),
        mode="lines+markers",
        line={"color": _OBSERVED, "width": 2},
        marker={"size": 5},
    )
    if forecast is not None:
        _add_forecast(figure, forecast, outcome, translate)
        _mark_origin(figure, forecast.origin, translate)
    if not actual.empty:
        figure.add_scatter(
            x=actual["ds"],
            y=actual[outcome],
            name=translate("actual"),
            mode="lines+markers",
            line={"color": _ACTUAL, "dash": "dot", "width": 2},
            marker={"size": 5, "symbol": "circle-open"},
        )
    title = _title(outcome, forecast.unit if forecast else "day", translate)
    _set_layout(figure, title, ".0f", translate)
    return figure


def _title(outcome: str, unit: str, translate: Translator) -> str:
    levels = {
        "hour": translate("Influence level per hour"),
        "day": translate("Influence level per day"),
        "week": translate("Influence level per week"),
        "month": translate("Influence level per month"),
    }
    participants = {
        "hour": translate("Participants per hour"),
        "day": translate("Participants per day"),
        "week": translate("Participants per week"),
        "month": translate("Participants per month"),
    }
    return (levels if outcome == "level" else participants)[unit]


def group_activity_chart(
    groups: list[Row], starts: date, colour: Callable[[int], str], translate: Translator
) -> go.Figure | None:
    """Draw the share of each neighbour group that did each activity, step by step.

    Parameters
    ----------
    groups
        As ``network.queries.neighbour_groups`` returns them.
    starts
        The campaign's first day.
    colour
        A group's colour by its rank.
    translate
        The page's language.

    Returns
    -------
    Figure or None
        None if no activity is recorded.
    """
    drawn = [group for group in groups if group["activity"]][:_MAX_GROUPS]
    if not drawn:
        return None
    figure = go.Figure()
    labels = {"PURCHASED": translate("purchased"), "REDEEMED": translate("redeemed")}
    behaviours = sorted({activity["behaviour"] for group in drawn for activity in group["activity"]})
    for group in drawn:
        for activity in group["activity"]:
            behaviour = activity["behaviour"]
            # Steps that the data does not cover are left out.
            known = [(step, users) for step, users in enumerate(activity["users"]) if users is not None]
            figure.add_scatter(
                x=[starts + timedelta(days=step * group["step_days"]) for step, _ in known],
                y=[users / group["size"] for _, users in known],
                name=translate(
                    "group %(rank)s, %(behaviour)s",
                    rank=group["rank"],
                    behaviour=labels.get(behaviour, behaviour.lower()),
                ),
                mode="lines",
                line={
                    "color": colour(group["rank"]),
                    "dash": _DASHES[behaviours.index(behaviour) % len(_DASHES)],
                },
            )
    _set_layout(figure, translate("Share of each group, by activity"), ".1%", translate)
    figure.update_yaxes(tickformat=".0%")
    return figure


def _set_layout(figure: go.Figure, title: str, hover: str, translate: Translator) -> None:
    figure.update_layout(
        title=title,
        hovermode="x unified",
        template="plotly_white",
        height=380,
        margin={"l": 50, "r": 20, "t": 45, "b": 70},
        font={"family": "system-ui, sans-serif"},
        legend={"orientation": "h", "y": -0.15, "yanchor": "top", "x": 0, "xanchor": "left"},
        xaxis={"tickformat": translate("%%d %%b")},
        yaxis={"rangemode": "tozero", "hoverformat": hover},
    )


def _add_earlier_forecasts(
    figure: go.Figure, forecasts: Sequence[Forecast], outcome: str, translate: Translator
) -> None:
    for index, forecast in enumerate(forecasts):
        figure.add_scatter(
            x=forecast.steps["ds"],
            y=forecast.steps[f"{outcome}_p50"],
            name=translate("earlier forecasts (P50)"),
            legendgroup="earlier",
            showlegend=index == 0,
            mode="lines",
            line={"color": _EARLIER, "width": 2, "dash": "dash"},
        )


def _add_forecast(figure: go.Figure, forecast: Forecast, outcome: str, translate: Translator) -> None:
    steps = forecast.steps
    high, low = steps[f"{outcome}_p90"], steps[f"{outcome}_p10"]
    figure.add_scatter(x=steps["ds"], y=high, name="P90", mode="lines", line={"width": 0}, showlegend=False)
    figure.add_scatter(
        x=steps["ds"],
        y=low,
        name=translate("80%% interval (P10 to P90)"),
        mode="lines",
        line={"width": 0},
        fill="tonexty",
        fillcolor=_INTERVAL_COLOUR,
    )
    figure.add_scatter(
        x=steps["ds"],
        y=steps[f"{outcome}_p50"],
        name=translate("forecast (P50)"),
        mode="lines+markers",
        line={"color": _FORECAST, "width": 3},
        marker={"size": 6},
    )


def _mark_origin(figure: go.Figure, origin: date, translate: Translator) -> None:
    figure.add_shape(
        type="line",
        x0=str(origin),
        x1=str(origin),
        y0=0,
        y1=1,
        yref="paper",
        line={"color": "#999", "dash": "dash", "width": 1},
    )
    figure.add_annotation(
        x=str(origin),
        y=1,
        yref="paper",
        text=translate("forecast starts"),
        showarrow=False,
        xanchor="left",
        font={"size": 12},
    )
