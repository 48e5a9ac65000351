"""The influence curve with its forecast band."""

from datetime import date

import pandas as pd
import plotly.graph_objects as go

from forecasting.records import Forecast

_KNOWN, _CAME, _FORECAST = "#3f7fb8", "#7a8896", "#d0621f"
"""To be told apart on white and on black; the page gives the rest its colours."""
_BAND = "rgba(194, 87, 26, 0.18)"
_TITLES = {"participants": "Participants per day", "level": "Influence level per day"}


def influence_chart(steps: pd.DataFrame, what: str, forecast: Forecast | None) -> go.Figure:
    """`what` is participants or level; `steps` has columns ds and `what`.

    Days up to the forecast's origin are drawn as known, later ones as what came.
    """
    figure = go.Figure()
    origin = pd.Timestamp(forecast.origin) if forecast else steps["ds"].max() + pd.Timedelta(days=1)
    known, came = steps[steps["ds"] < origin], steps[steps["ds"] >= origin]
    figure.add_scatter(
        x=known["ds"],
        y=known[what],
        name="known",
        mode="lines+markers",
        line={"color": _KNOWN, "width": 2},
        marker={"size": 5},
    )
    if forecast is not None:
        _add_forecast(figure, forecast, what)
        _mark_origin(figure, forecast.origin)
    if not came.empty:
        figure.add_scatter(
            x=came["ds"],
            y=came[what],
            name="what came later",
            mode="lines+markers",
            line={"color": _CAME, "dash": "dot", "width": 2},
            marker={"size": 5, "symbol": "circle-open"},
        )
    figure.update_layout(
        title=_TITLES[what],
        hovermode="x unified",
        template="plotly_white",
        height=380,
        margin={"l": 50, "r": 20, "t": 45, "b": 70},
        font={"family": "system-ui, sans-serif"},
        legend={"orientation": "h", "y": -0.15, "yanchor": "top", "x": 0, "xanchor": "left"},
        xaxis={"tickformat": "%d %b"},
        yaxis={"rangemode": "tozero", "hoverformat": ".0f"},
    )
    return figure


def _add_forecast(figure: go.Figure, forecast: Forecast, what: str) -> None:
    steps = forecast.steps
    high, low = steps[f"{what}_p90"], steps[f"{what}_p10"]
    figure.add_scatter(x=steps["ds"], y=high, name="P90", mode="lines", line={"width": 0}, showlegend=False)
    figure.add_scatter(
        x=steps["ds"],
        y=low,
        name="8 days in 10 (P10 to P90)",
        mode="lines",
        line={"width": 0},
        fill="tonexty",
        fillcolor=_BAND,
    )
    figure.add_scatter(
        x=steps["ds"],
        y=steps[f"{what}_p50"],
        name="forecast (P50)",
        mode="lines+markers",
        line={"color": _FORECAST, "width": 3},
        marker={"size": 6},
    )


def _mark_origin(figure: go.Figure, origin: date) -> None:
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
        text="forecast made",
        showarrow=False,
        xanchor="left",
        font={"size": 12},
    )
