"""A browser, a server, and pages that several tests share."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlencode

import pytest
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from forecasting.forecasts import forecast_campaign
from forecasting.records import ModelRun
from graph.connection import Graph
from graph.importing.report import ImportReport
from graph.progress import Silent
from graph.settings import Settings
from tests.browser import launch
from tests.data import CAMPAIGN
from tests.serving import running_server

# On a busy machine, charts are drawn late. A long timeout does not delay tests that pass.
expect.set_options(timeout=60_000)
DESKTOP = {"width": 1280, "height": 900}
PageUrl = Callable[..., str]


@dataclass(frozen=True)
class View:
    """A page that is loaded once, with the addresses that it requested and the errors that it logged."""

    page: Page
    requests: list[str]
    errors: list[str]

    @property
    def foreign_requests(self) -> list[str]:
        """The requests to hosts other than its server."""
        own = ("http://127.0.0.1", "data:", "blob:")
        return [url for url in self.requests if not url.startswith(own)]


# All pages share one context and its cache. Playwright runs an event loop while it is open, so tests of other
# packages could not run their own: the scope is this package.
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


# The server ends with this package, because its worker would take the jobs of other tests.
@pytest.fixture(scope="package")
def server_url(graph: Graph, settings: Settings, sample: ImportReport, model: ModelRun) -> Iterator[str]:
    """The address of a server with a forecast of the sample, without a slash at the end."""
    forecast_campaign(graph, settings, sample.dataset, CAMPAIGN, 7, Silent(), model.cutoff)
    with running_server(settings.model_copy(update={"training_epochs": 1})) as address:
        yield address


@pytest.fixture(scope="package")
def page_url(server_url: str, sample: ImportReport) -> PageUrl:
    """A function that returns the address of a page about the sample."""

    def url(path: str, **parameters: str) -> str:
        return f"{server_url}{path}?{urlencode({'dataset': sample.dataset, **parameters})}"

    return url


@pytest.fixture(scope="package")
def view(context: BrowserContext, page_url: PageUrl) -> Callable[[str], View]:
    """A function that returns the page at a path, at desktop size and in light colours.

    Each page is loaded by the first test that uses it.
    """

    @cache
    def load(path: str) -> View:
        view = View(context.new_page(), [], [])
        view.page.on("request", lambda request: view.requests.append(request.url))
        view.page.on(
            "console",
            lambda message: view.errors.append(message.text) if message.type == "error" else None,
        )
        view.page.on("pageerror", lambda error: view.errors.append(str(error)))
        view.page.goto(page_url(path))
        expect(view.page.get_by_role("main").locator("section").first).to_be_visible()
        return view

    def reset(path: str) -> View:
        view = load(path)
        view.page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
        view.page.emulate_media(color_scheme="light")
        return view

    return reset
