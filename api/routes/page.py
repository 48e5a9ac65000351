"""The web page. Everything it loads comes from this server."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.deps import ContextDep, DatasetDep, GraphDep
from api.page.campaign_view import view_campaign
from api.page.campaigns_view import view_campaigns, what_if_context
from api.page.i18n import LANGUAGES, get_translator, negotiate_language
from api.page.network_drawing import draw_network
from api.page.rendering import PageContext, plotly_script, render, render_campaign, render_problem
from api.problems import status_of
from forecasting.records import network_of
from graph.datasets import imported_datasets
from graph.errors import GroundswellError
from graph.importing.adapters.complete_journey import DATASET
from network import queries

router = APIRouter(include_in_schema=False)
_COOKIE, _A_YEAR = "lang", 31_536_000
_A_DAY = {"Cache-Control": "public, max-age=86400"}


def get_page_dataset(graph: GraphDep, dataset: str | None = None) -> str:
    """Return the data set in the query, else that of the setting, else the one imported last."""
    return dataset or graph.default_dataset or next(iter(imported_datasets(graph)), DATASET)


PageDataset = Annotated[str, Depends(get_page_dataset)]


def _page_context(
    request: Request,
    lang: Annotated[str | None, Query()] = None,
    accept_language: Annotated[str, Header()] = "",
) -> PageContext:
    """The language in the query, else in the cookie, else the one that the browser prefers."""
    requested = lang or request.cookies.get(_COOKIE)
    language = requested if requested in LANGUAGES else negotiate_language(accept_language)
    return PageContext(get_translator(language), request.url.query, language_chosen=lang is not None)


PageContextDep = Annotated[PageContext, Depends(_page_context)]


@router.get("/")
def page(
    page_context: PageContextDep, context: ContextDep, dataset: PageDataset, campaign: str | None = None
) -> HTMLResponse:
    """Show one campaign: influence, forecast, key users and groups."""
    return _page(
        page_context,
        lambda: render_campaign(
            view_campaign(context, dataset, campaign, page_context.translate), page_context
        ),
    )


@router.get("/campaigns")
def campaigns(page_context: PageContextDep, context: ContextDep, dataset: PageDataset) -> HTMLResponse:
    """Show all campaigns of a data set."""
    return _page(
        page_context,
        lambda: render(page_context, "campaigns", dataset, view=view_campaigns(context, dataset)),
    )


@router.get("/what-if")
def what_if(
    page_context: PageContextDep, context: ContextDep, dataset: PageDataset, campaign: str | None = None
) -> HTMLResponse:
    """Show the form for plans and what-ifs."""
    return _page(
        page_context,
        lambda: render(page_context, "what-if", dataset, **what_if_context(context, dataset, campaign)),
    )


@router.get("/imports")
def imports(page_context: PageContextDep, dataset: PageDataset) -> HTMLResponse:
    """Show imports and jobs."""
    return _page(page_context, lambda: render(page_context, "imports", dataset))


def _page(page_context: PageContext, render_page: Callable[[], str]) -> HTMLResponse:
    try:
        response = HTMLResponse(render_page())
    except GroundswellError as error:
        response = HTMLResponse(render_problem(error, page_context), status_of(error))
    response.headers["Vary"] = "Accept-Language, Cookie"
    if page_context.language_chosen:
        response.set_cookie(_COOKIE, page_context.translate.language, _A_YEAR, samesite="lax")
    return response


@router.get("/network")
def network(campaign: str, graph: GraphDep, dataset: DatasetDep) -> HTMLResponse:
    """Draw the network around the campaign's key users, for a frame of the page."""
    run = network_of(graph, dataset, campaign).id
    return HTMLResponse(draw_network(queries.key_user_network(graph, dataset, campaign, run)))


@router.get("/static/plotly.min.js")
def plotly_js() -> Response:
    """Return plotly.js, which draws the charts."""
    return Response(plotly_script(), media_type="text/javascript", headers=_A_DAY)
