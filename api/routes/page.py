"""The web page and what it loads; all of it from this machine."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.deps import ContextDep, DatasetQuery, GraphDep
from api.page.campaign_view import view_campaign
from api.page.campaigns_view import choice, view_campaigns
from api.page.i18n import LANGUAGES, preferred, words
from api.page.network_drawing import draw_network
from api.page.rendering import Visit, plotly_script, render, render_campaign, render_problem
from api.problems import status_of
from forecasting.records import network_of
from graph.datasets import imported_datasets
from graph.errors import GroundswellError
from graph.importing.adapters.complete_journey import DATASET
from network import queries

router = APIRouter(include_in_schema=False)
_COOKIE, _A_YEAR = "lang", 31_536_000
_A_DAY = {"Cache-Control": "public, max-age=86400"}


def _shown(graph: GraphDep, dataset: str | None = None) -> str:
    """The data set that is asked for, else the one imported last."""
    return dataset or next(iter(imported_datasets(graph)), DATASET)


ShownDataset = Annotated[str, Depends(_shown)]


def _visit(
    request: Request,
    lang: Annotated[str | None, Query()] = None,
    accept_language: Annotated[str, Header()] = "",
) -> Visit:
    """In the language that is asked for, was asked for last, or that the browser likes best."""
    asked = lang or request.cookies.get(_COOKIE)
    told = words(asked if asked in LANGUAGES else preferred(accept_language))
    return Visit(told, request.url.query, chosen=lang is not None)


VisitDep = Annotated[Visit, Depends(_visit)]


@router.get("/")
def page(
    visit: VisitDep, context: ContextDep, dataset: ShownDataset, campaign: str | None = None
) -> HTMLResponse:
    """One campaign: its influence, its forecast, its key users and groups."""
    return _page(
        visit, lambda: render_campaign(view_campaign(context, dataset, campaign, visit.words), visit)
    )


@router.get("/campaigns")
def campaigns(visit: VisitDep, context: ContextDep, dataset: ShownDataset) -> HTMLResponse:
    """All campaigns of a data set."""
    return _page(visit, lambda: render(visit, "campaigns", dataset, view=view_campaigns(context, dataset)))


@router.get("/what-if")
def what_if(
    visit: VisitDep, context: ContextDep, dataset: ShownDataset, campaign: str | None = None
) -> HTMLResponse:
    """Other days or discounts, other users to begin with."""
    return _page(visit, lambda: render(visit, "what-if", dataset, **choice(context, dataset, campaign)))


@router.get("/imports")
def imports(visit: VisitDep, dataset: ShownDataset) -> HTMLResponse:
    """Send files, watch jobs, fetch rejected rows."""
    return _page(visit, lambda: render(visit, "imports", dataset))


def _page(visit: Visit, shown: Callable[[], str]) -> HTMLResponse:
    try:
        answer = HTMLResponse(shown())
    except GroundswellError as error:
        answer = HTMLResponse(render_problem(error, visit), status_of(error))
    answer.headers["Vary"] = "Accept-Language, Cookie"
    if visit.chosen:
        answer.set_cookie(_COOKIE, visit.words.language, _A_YEAR, samesite="lax")
    return answer


@router.get("/network")
def network(campaign: str, graph: GraphDep, dataset: DatasetQuery = DATASET) -> HTMLResponse:
    """The drawing of the campaign's key users, for a frame of the page."""
    run = network_of(graph, dataset, campaign).id
    return HTMLResponse(draw_network(queries.key_user_network(graph, dataset, campaign, run)))


@router.get("/static/plotly.min.js")
def plotly_js() -> Response:
    """plotly.js, by which the charts are drawn."""
    return Response(plotly_script(), media_type="text/javascript", headers=_A_DAY)
