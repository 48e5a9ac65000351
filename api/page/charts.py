"""The influence curve with its forecasts, and what groups did."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import pandas as pd
import plotly.graph_objects as go

from api.page.i18n import Words
from forecasting.records import Forecast
from graph.connection import Row

_KNOWN, _CAME, _FORECAST = "#3f7fb8", "#7a8896", "#d0621f"
"""To be told apart on white and on black; the page gives the rest its colours."""
_BAND = "rgba(194, 87, 26, 0.18)"
_EARLIER = "#b0895f"
_DASHES = ("solid", "dot", "dash", "dashdot")
_GROUPS = 5
"""More would be a tangle; the table has all."""


def influence_chart(steps: pd.DataFrame, what: str, forecasts: Sequence[Forecast], words: Words) -> go.Figure:
    """`what` is participants or level; `steps` has columns ds and `what`; the latest forecast comes first.

    Days up to its origin are drawn as known, later ones as what came; of earlier forecasts only P50.
    """
    figure = go.Figure()
    forecast = forecasts[0] if forecasts else None
    _add_earlier(figure, forecasts[1:], what, words)
    origin = pd.Timestamp(forecast.origin) if forecast else steps["ds"].max() + pd.Timedelta(days=1)
    known, came = steps[steps["ds"] < origin], steps[steps["ds"] >= origin]
    figure.add_scatter(
        x=known["ds"],
        y=known[what],
        name=words("known"),
        mode="lines+markers",
        line={"color": _KNOWN, "width": 2},
        marker={"size": 5},
    )
    if forecast is not None:
        _add_forecast(figure, forecast, what, words)
        _mark_origin(figure, forecast.origin, words)
    if not came.empty:
        figure.add_scatter(
            x=came["ds"],
            y=came[what],
            name=words("what came later"),
            mode="lines+markers",
            line={"color": _CAME, "dash": "dot", "width": 2},
            marker={"size": 5, "symbol": "circle-open"},
        )
    title = words("Influence level per day") if what == "level" else words("Participants per day")
    _lay_out(figure, title, ".0f", words)
    return figure


def group_activity_chart(
    groups: list[Row], starts: date, colour: Callable[[int], str], words: Words
) -> go.Figure | None:
    """What share of each neighbour group did what for the campaign, step by step; None where nothing is
    known. `groups` as ``results.neighbour_groups`` gives them, `colour` by a group's rank.
    """
    shown = [group for group in groups if group["activity"]][:_GROUPS]
    if not shown:
        return None
    figure = go.Figure()
    behaviours = sorted({one["behaviour"] for group in shown for one in group["activity"]})
    for group in shown:
        for one in group["activity"]:
            days = [starts + timedelta(days=place * group["step_days"]) for place in range(len(one["users"]))]
            figure.add_scatter(
                x=days,
                y=[users / group["size"] for users in one["users"]],
                name=words("group %(rank)s", rank=group["rank"]) + f", {one['behaviour'].lower()}",
                mode="lines",
                line={
                    "color": colour(group["rank"]),
                    "dash": _DASHES[behaviours.index(one["behaviour"]) % len(_DASHES)],
                },
            )
    _lay_out(figure, words("Share of each group, by behaviour"), ".1%", words)
    figure.update_yaxes(tickformat=".0%")
    return figure


def _lay_out(figure: go.Figure, title: str, hover: str, words: Words) -> None:
    figure.update_layout(
        title=title,
        hovermode="x unified",
        template="plotly_white",
        height=380,
        margin={"l": 50, "r": 20, "t": 45, "b": 70},
        font={"family": "system-ui, sans-serif"},
        legend={"orientation": "h", "y": -0.15, "yanchor": "top", "x": 0, "xanchor": "left"},
        xaxis={"tickformat": words("%%d %%b")},
        yaxis={"rangemode": "tozero", "hoverformat": hover},
    )


def _add_earlier(figure: go.Figure, forecasts: Sequence[Forecast], what: str, words: Words) -> None:
    for place, forecast in enumerate(forecasts):
        figure.add_scatter(
            x=forecast.steps["ds"],
            y=forecast.steps[f"{what}_p50"],
            name=words("earlier forecasts (P50)"),
            legendgroup="earlier",
            showlegend=place == 0,
            mode="lines",
            line={"color": _EARLIER, "width": 2, "dash": "dash"},
        )


def _add_forecast(figure: go.Figure, forecast: Forecast, what: str, words: Words) -> None:
    steps = forecast.steps
    high, low = steps[f"{what}_p90"], steps[f"{what}_p10"]
    figure.add_scatter(x=steps["ds"], y=high, name="P90", mode="lines", line={"width": 0}, showlegend=False)
    figure.add_scatter(
        x=steps["ds"],
        y=low,
        name=words("8 days in 10 (P10 to P90)"),
        mode="lines",
        line={"width": 0},
        fill="tonexty",
        fillcolor=_BAND,
    )
    figure.add_scatter(
        x=steps["ds"],
        y=steps[f"{what}_p50"],
        name=words("forecast (P50)"),
        mode="lines+markers",
        line={"color": _FORECAST, "width": 3},
        marker={"size": 6},
    )


def _mark_origin(figure: go.Figure, origin: date, words: Words) -> None:
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
        text=words("forecast made"),
        showarrow=False,
        xanchor="left",
        font={"size": 12},
    )
