"""Draws what a benchmark measured, as SVG (text) in ``docs/images/benchmarks``; needs a Chromium."""

from pathlib import Path
from urllib.parse import unquote

import plotly.graph_objects as go
from playwright.sync_api import sync_playwright
from plotly.io import to_html

from tests.browser import launch

PICTURES = Path(__file__).parents[1] / "docs" / "images" / "benchmarks"


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
