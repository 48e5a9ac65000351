"""Charts of the benchmarks, as SVG in ``docs/images/benchmarks``; needs Chromium."""

from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import plotly.graph_objects as go
from playwright.sync_api import sync_playwright
from plotly.io import to_html
from scipy.stats import binomtest

from tests.browser import launch

PICTURES = Path(__file__).parents[1] / "docs" / "images" / "benchmarks"
COLOURS = ("#1f77b4", "#d95f02")
_DECILES = 10
_TICKS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0]


def reliability(rows: pd.DataFrame, outcome: str, models: list[str], title: str, name: str) -> None:
    """Write <name>.svg: a reliability diagram with deciles of the predicted probability.

    Each of `models` (columns) is compared with the observed frequency of the column `outcome`, with Wilson's
    95% interval. Both axes are logarithmic.
    """
    figure = go.Figure(layout_title=title)
    ends = [_TICKS[0], _TICKS[-1]]
    figure.add_scatter(x=ends, y=ends, name="calibrated", line={"dash": "dot", "color": "gray"}, mode="lines")
    for model, colour in zip(models, COLOURS, strict=True):
        deciles = pd.qcut(rows[model], _DECILES, labels=False, duplicates="drop")
        bins = rows.groupby(deciles).agg(
            predicted=(model, "mean"), observed=(outcome, "mean"), n=(outcome, "size")
        )
        counts = zip(bins["observed"] * bins["n"], bins["n"], strict=True)
        intervals = [
            binomtest(round(observed), int(n)).proportion_ci(method="wilson") for observed, n in counts
        ]
        above = [interval.high for interval in intervals] - bins["observed"]
        below = bins["observed"] - [interval.low for interval in intervals]
        error = {"array": above, "arrayminus": below, "thickness": 1}
        figure.add_scatter(
            x=bins["predicted"], y=bins["observed"], name=model, line_color=colour, error_y=error
        )
    axis = {"type": "log", "tickformat": ".1%", "tickvals": _TICKS}
    figure.update_xaxes(title="predicted probability", **axis)
    figure.update_yaxes(title="observed frequency", **axis)
    save(figure, name)


def save(figure: go.Figure, name: str) -> None:
    """Write <name>.svg."""
    figure.update_layout(
        template="simple_white", width=860, height=380, margin={"l": 60, "r": 20, "t": 40, "b": 50}
    )
    with sync_playwright() as playwright, launch(playwright) as browser:
        page = browser.new_page()
        page.set_content(to_html(figure, include_plotlyjs=True, div_id="figure"))
        url = page.evaluate("Plotly.toImage('figure', {format: 'svg', width: 860, height: 380})")
    PICTURES.mkdir(exist_ok=True)
    svg = unquote(url.removeprefix("data:image/svg+xml,"))
    (PICTURES / f"{name}.svg").write_text(svg + "\n", encoding="utf-8")
