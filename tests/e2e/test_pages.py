"""The pages in a real browser: workflow from files to an exported forecast, accessibility, small screens."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from examples import messy_shop
from graph.importing.adapters.complete_journey import complete_journey
from graph.settings import Settings
from tests.data import CAMPAIGN
from tests.e2e.conftest import PageUrl, View

JOB_TIMEOUT = 600_000
"""Milliseconds allowed for imports, builds and trainings on a busy machine."""


def test_list_of_campaigns_links_to_their_pages(page: Page, page_url: PageUrl) -> None:
    page.goto(page_url("/campaigns"))
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(27)
    row = rows.filter(has=page.get_by_role("link", name="Campaign 18", exact=True))
    expect(row.get_by_role("img")).to_be_visible()
    expect(row.get_by_text("a day from 27 Nov")).to_be_visible()
    expect(row.get_by_text("ended")).to_be_visible()
    row.get_by_role("link").click()
    expect(page.get_by_role("heading", name="Campaign 18")).to_be_visible()
    page.locator("#explore ~ p").get_by_role("link", name="What if").click()
    expect(page.get_by_role("combobox", name="Campaign").first).to_have_value(CAMPAIGN)


def test_changed_plan_is_drawn_next_to_the_original(
    page: Page, page_url: PageUrl, settings: Settings
) -> None:
    page.goto(page_url("/what-if", campaign="23"))
    section = page.locator("section", has=page.get_by_role("heading", name="on other days"))
    section.get_by_label("Last day").fill("2018-02-11")
    section.locator("form button").click()
    expect(section.get_by_role("status")).to_contain_text("With your changes:")
    expect(section.locator(".scatterlayer .trace")).to_have_count(6)
    section.get_by_label("Discount").fill("30")
    section.locator("form button").click()
    expect(section.get_by_role("status")).to_contain_text("At 30% off")
    section.get_by_text("Query for this chart").click()
    expect(section.locator("details pre")).to_contain_text('id: "23"')
    expect(section.get_by_role("link", name="Open in Neo4j Browser")).to_have_count(
        0 if settings.neo4j_uri else 1
    )
    section.get_by_label("Discount").fill("")
    section.get_by_label("Last day").fill("2017-12-01")
    section.locator("form button").click()
    expect(section.get_by_role("status")).not_to_contain_text("Computing")
    expect(section.get_by_role("status")).not_to_contain_text("With your changes")  # An error message.


def test_selected_seeds_are_compared_with_key_users(page: Page, page_url: PageUrl) -> None:
    page.goto(page_url("/what-if", campaign=CAMPAIGN))
    section = page.locator("section", has=page.get_by_role("heading", name="spread it furthest"))
    section.get_by_label("Number of users").fill("5")
    section.locator("form button").click()
    expect(section.get_by_role("status")).to_contain_text("5 chosen users reach")
    expect(section.locator("tbody tr")).to_have_count(5)
    expect(section.locator(".scatterlayer .trace")).to_have_count(6)
    expect(section.get_by_text("starting with 5 current key users")).to_be_visible()


def test_files_are_checked_imported_and_rejected_rows_downloaded(
    page: Page, server_url: str, dataset: str, tmp_path: Path
) -> None:
    messy_shop.write(tmp_path)
    page.goto(f"{server_url}/imports")
    page.locator("input[type=file]").set_input_files(sorted(tmp_path.iterdir()))
    page.get_by_role("textbox", name="Data set").fill(dataset)
    page.get_by_label("Time zone").fill("Europe/Berlin")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.locator("#import-status")).to_contain_text("An import needs a mapping")
    page.get_by_role("button", name="Check").click()
    expect(page.locator("#import-status")).to_contain_text("21 would be rejected. Nothing was written.")
    expect(page.get_by_role("textbox", name="Mapping")).to_have_value(re.compile(f"dataset: {dataset}"))
    expect(page.get_by_role("heading", name="Why rows would be rejected")).to_be_visible()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.locator("#import-status")).to_contain_text("Uploaded. The import is job")
    row = page.locator("#import-list tr").filter(has_text=f"{dataset}.1")
    expect(row).to_contain_text("complete")
    with page.expect_download() as rejected_rows:
        row.get_by_role("link").click()
    assert len(rejected_rows.value.path().read_text(encoding="utf-8").splitlines()) == 22


def test_workflow_from_upload_to_exported_forecast(
    page: Page, server_url: str, settings: Settings, dataset: str
) -> None:
    prepared = complete_journey(settings.cache, dataset, 60)
    page.goto(f"{server_url}/imports")
    page.locator("input[type=file]").set_input_files(sorted(prepared.folder.glob("*.*")))
    page.get_by_role("textbox", name="Mapping").fill(prepared.mapping.model_dump_json())
    page.get_by_role("button", name="Import", exact=True).click()
    row = page.locator("#import-list tr").filter(has_text=f"{dataset}.1")
    expect(row).to_contain_text("complete", timeout=JOB_TIMEOUT)

    page.locator("#build-form select").select_option(dataset)
    jobs = page.locator("#job-list tr").filter(has_text=dataset)
    page.get_by_role("button", name="Build the network").click()
    expect(jobs.filter(has_text="network")).to_contain_text("complete", timeout=JOB_TIMEOUT)
    page.get_by_role("button", name="Train a model").click()
    expect(jobs.filter(has_text="training")).to_contain_text("complete", timeout=JOB_TIMEOUT)

    page.goto(f"{server_url}/campaigns?{urlencode({'dataset': dataset})}")
    page.get_by_label("Id", exact=True).fill("Spring Sale")
    page.get_by_label("First day").fill("2018-03-01")
    page.get_by_label("Last day").fill("2018-02-01")
    page.get_by_label("Like").select_option("22")
    page.get_by_role("button", name="Add").click()
    expect(page.locator("#campaign-status")).to_contain_text("Choose a last day from 2018-03-01 on.")
    page.get_by_label("Last day").fill("2018-03-10")
    page.get_by_role("button", name="Add").click()
    row = page.locator("tbody tr").filter(has=page.get_by_role("link", name="Spring Sale", exact=True))
    expect(row.get_by_text("planned")).to_be_visible()

    page.get_by_role("link", name="Campaign 22", exact=True).click()
    page.get_by_label("Days", exact=True).fill("5")
    page.get_by_role("button", name="Make a forecast").click()
    expect(page.get_by_role("heading", name="Forecast from 01 Jan 2018")).to_be_visible(timeout=JOB_TIMEOUT)
    expect(page.get_by_role("table").first.get_by_role("row")).to_have_count(6)
    page.locator("#explore ~ p").get_by_role("link", name="What if").click()
    section = page.locator("section", has=page.get_by_role("heading", name="spread it furthest"))
    section.get_by_label("Number of users").fill("3")
    section.locator("form button").click()
    expect(section.get_by_role("status")).to_contain_text("3 chosen users reach")
    page.go_back()
    with page.expect_download() as likely_users:
        page.get_by_role("link", name="Download all (CSV)").click()
    assert likely_users.value.path().read_text(encoding="utf-8").startswith('"rank","user","probability"')


VIEWS = pytest.mark.parametrize("path", ["/", "/campaigns", "/what-if", "/imports"])


@VIEWS
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_view_is_accessible(view: Callable[[str], View], path: str, scheme: Literal["light", "dark"]) -> None:
    page = view(path).page
    page.emulate_media(color_scheme=scheme)
    if path == "/":
        expect(page.locator(".js-plotly-plot").first).to_be_visible()
    violations = [
        (violation["id"], [node["html"][:200] for node in violation["nodes"]])
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in {"serious", "critical"}
    ]
    assert violations == []


@VIEWS
def test_view_fits_the_width_of_a_phone(view: Callable[[str], View], path: str) -> None:
    page = view(path).page
    page.set_viewport_size({"width": 390, "height": 800})
    page.wait_for_function("document.documentElement.scrollWidth <= 390")


@VIEWS
def test_view_requests_no_other_host_and_logs_no_error(view: Callable[[str], View], path: str) -> None:
    assert view(path).requests
    assert view(path).foreign_requests == []
    assert view(path).errors == []


def test_navigation_works_by_keyboard(page: Page, page_url: PageUrl) -> None:
    page.goto(page_url("/campaigns"))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    for name in ("Campaigns", "What if", "Imports"):
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name=name, exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Import your files")).to_be_visible()
