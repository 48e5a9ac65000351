"""Takes the pictures of the saved questions in Neo4j Browser: ``make screenshots``.

Needs the demo's data in the managed server (``make demo``), and a Chromium.
"""

import json

from playwright.sync_api import Page, sync_playwright

import cypher
from docs.reference import PICTURES
from graph.server import local
from graph.server.browser_files import opening_page
from graph.server.folders import Folders
from graph.settings import Settings
from tests.browser import launch

_SETTLED = 4_000
"""Milliseconds until a drawing stands still."""


def main() -> None:
    """One picture a question."""
    settings = Settings()
    server = local.up(settings.home, settings.cache)
    localhost = (one.replace("127.0.0.1", "localhost") for one in (server.http, server.bolt))
    opening = opening_page(Folders(settings.home.resolve()), *localhost, server.user, server.password)
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright, launch(playwright) as browser:
        page = browser.new_page(viewport={"width": 1100, "height": 800})
        page.set_default_timeout(60_000)
        page.goto(opening.as_uri())
        page.get_by_role("heading", name="Who is here").wait_for()
        kept = json.loads(page.evaluate("localStorage['neo4j.documents']"))
        # The tour's drawer takes half of the width.
        page.locator("[data-testid='navigationGuides'], [data-testid='drawerGuides']").first.click()
        for one, document in zip(cypher.questions(), kept, strict=False):
            _type(page, ":clear")
            _type(page, document["content"])
            page.locator("article").wait_for()
            page.wait_for_timeout(_SETTLED)
            file = PICTURES / f"{one.name.rpartition('/')[2]}.jpg"
            page.locator("article").screenshot(path=file, type="jpeg", quality=70)


def _type(page: Page, text: str) -> None:
    page.locator(".monaco-editor").first.click()
    page.keyboard.insert_text(text)
    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(500)


if __name__ == "__main__":
    main()
