"""A browser, and a server for it to look at."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from forecasting.forecasts import forecast_campaign
from forecasting.records import ModelRun
from graph.connection import Graph
from graph.importing.job import ImportReport
from graph.progress import Silent
from graph.settings import Settings
from tests.browser import launch
from tests.data import CAMPAIGN
from tests.serving import served

# The pages draw when the machine gets to it: waiting longer costs a passing test nothing.
expect.set_options(timeout=60_000)


# Playwright keeps an event loop running as long as it is open: nothing that runs one of its own may follow.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright, launch(playwright) as one:
        yield one


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_page(viewport={"width": 1280, "height": 900}) as one:
        one.set_default_timeout(60_000)
        yield one


# A server that lived on would take the jobs of later tests.
@pytest.fixture(scope="package", name="served")
def _served(graph: Graph, settings: Settings, sample: ImportReport, model: ModelRun) -> Iterator[str]:
    forecast_campaign(graph, settings, sample.dataset, CAMPAIGN, 7, Silent(), model.cutoff)
    with served(settings) as address:
        yield f"{address}/?{urlencode({'dataset': sample.dataset})}"
