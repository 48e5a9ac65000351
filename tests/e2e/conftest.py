"""A browser, a server, and pages that several tests look at."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlencode

import pytest
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from forecasting.forecasts import forecast_campaign
from forecasting.records import ModelRun
from graph.connection import Graph
from graph.importing.job import ImportReport
from graph.progress import Silent
from graph.settings import Settings
from tests.browser import launch
from tests.data import CAMPAIGN
from tests.serving import served

# Charts are drawn when the machine has time: a longer timeout costs a passing test nothing.
expect.set_options(timeout=60_000)
DESKTOP = {"width": 1280, "height": 900}


@dataclass(frozen=True)
class View:
    """A page that was loaded once: the addresses it requested, and the errors it logged."""

    page: Page
    requests: list[str]
    errors: list[str]

    @property
    def foreign_requests(self) -> list[str]:
        """The requests to other hosts than its server."""
        own = ("http://127.0.0.1", "data:", "blob:")
        return [url for url in self.requests if not url.startswith(own)]


# One context: what one page has fetched, the next one has in its cache. Playwright keeps an event loop
# running as long as it is open, so that no test after it may run a loop of its own.
@pytest.fixture(scope="package")
def context() -> Iterator[BrowserContext]:
    with (
        sync_playwright() as playwright,
        launch(playwright) as browser,
        browser.new_context(viewport=DESKTOP) as context,  # type: ignore[arg-type]
    ):
        context.set_default_timeout(60_000)
        yield context


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    with context.new_page() as page:
        yield page


# A server that lived on would take the jobs of later tests.
@pytest.fixture(scope="package", name="served")
def _served(graph: Graph, settings: Settings, sample: ImportReport, model: ModelRun) -> Iterator[str]:
    forecast_campaign(graph, settings, sample.dataset, CAMPAIGN, 7, Silent(), model.cutoff)
    with served(settings.model_copy(update={"training_epochs": 1})) as address:
        yield f"{address}/?{urlencode({'dataset': sample.dataset})}"


@pytest.fixture(scope="package")
def view(context: BrowserContext, served: str) -> Callable[[str], View]:
    """The page at a path, on a desktop and in light colours; loaded by the first test that looks at it."""

    @cache
    def load(path: str) -> View:
        view = View(context.new_page(), [], [])
        view.page.on("request", lambda request: view.requests.append(request.url))
        view.page.on("console", lambda line: view.errors.append(line.text) if line.type == "error" else None)
        view.page.on("pageerror", lambda error: view.errors.append(str(error)))
        view.page.goto(served.replace("/?", f"{path}?"))
        expect(view.page.get_by_role("main").locator("section").first).to_be_visible()
        return view

    def reset(path: str) -> View:
        view = load(path)
        view.page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
        view.page.emulate_media(color_scheme="light")
        return view

    return reset
