"""Takes the screenshots of the page and of the saved questions in Neo4j Browser: ``make screenshots``.

Needs the demo's data in the managed server (``make demo``) and Chromium.
"""

import json
import re
import tempfile
import threading
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

import cypher
from cli.serve import page_url, prepare
from docs.reference import PICTURES
from examples import messy_shop
from graph.server import local
from graph.server.browser_files import opening_page
from graph.server.folders import Folders
from graph.settings import Settings
from tests.browser import launch

PAGE_SCREENSHOTS = PICTURES.parent / "page"
_ADDRESSES = {
    "campaigns": "campaigns",
    "campaign": "?campaign=18",
    "what-if": "what-if?campaign=23",
    "imports": "imports",
}
_LAYOUT_TIME = 4_000
"""Milliseconds until a graph layout is stable."""
_FINISHED = re.compile(r"^(Started streaming|Displaying \d|\(no changes, no records\))")
"""The status line of a finished query in Browser."""


def main() -> None:
    """Take one screenshot per page and per question."""
    settings = Settings()
    server = local.up(settings.home, settings.cache)
    with sync_playwright() as playwright, launch(playwright) as browser:
        capture_pages(browser, settings)
    localhost = (address.replace("127.0.0.1", "localhost") for address in (server.http, server.bolt))
    opening = opening_page(Folders(settings.home.resolve()), *localhost, server.user, server.password)
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright, launch(playwright) as browser:
        page = browser.new_page(viewport={"width": 1100, "height": 800})
        page.set_default_timeout(60_000)
        page.goto(opening.as_uri())
        page.get_by_role("heading", name="The network").wait_for()
        documents = json.loads(page.evaluate("localStorage['neo4j.documents']"))
        # The tour's drawer takes half of the width.
        page.locator("[data-testid='navigationGuides'], [data-testid='drawerGuides']").first.click()
        # They include Browser's own documents.
        contents = {document["content"].partition("\n")[0]: document["content"] for document in documents}
        for question in cypher.questions():
            _type(page, ":clear")
            _type(page, contents[f"// {question.title}"])
            page.locator("article").get_by_text(_FINISHED).first.wait_for()
            page.wait_for_timeout(_LAYOUT_TIME)
            file = PICTURES / f"{question.name.rpartition('/')[2]}.jpg"
            page.locator("article").screenshot(path=file, type="jpeg", quality=70)


def capture_pages(browser: Browser, settings: Settings) -> None:
    """Take the screenshots of the page."""
    PAGE_SCREENSHOTS.mkdir(exist_ok=True)
    server, listening = prepare(settings, "127.0.0.1", 0, keys=False)
    serving = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    serving.start()
    page = browser.new_page(viewport={"width": 1100, "height": 800})
    page.set_default_timeout(120_000)
    try:
        for name, path in _ADDRESSES.items():
            page.goto(page_url(listening) + path)
            if name == "what-if":
                page.get_by_label("Last day").fill("2018-02-18")
                page.get_by_role("button", name="Forecast").click()
                page.get_by_text("With your changes:").wait_for()
            if name == "imports":
                with tempfile.TemporaryDirectory() as folder:
                    messy_shop.write(Path(folder))
                    page.locator("input[type=file]").set_input_files(sorted(Path(folder).iterdir()))
                    page.get_by_role("button", name="Check").click()
                    page.get_by_text("Nothing was written.").wait_for()
            page.wait_for_timeout(_LAYOUT_TIME // 2)
            page.screenshot(path=PAGE_SCREENSHOTS / f"{name}.png", full_page=name == "imports")
    finally:
        server.should_exit = True
        serving.join()


def _type(page: Page, text: str) -> None:
    page.locator(".monaco-editor").first.click()
    page.keyboard.insert_text(text)
    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(500)


if __name__ == "__main__":
    main()
