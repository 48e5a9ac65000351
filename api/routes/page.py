"""The web page. Everything it loads comes from this server."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.deps import ContextDep, DatasetDep, GraphDep
from api.page.campaign_view import view_campaign
from api.page.campaigns_view import view_campaigns, what_if_context
from api.page.i18n import LANGUAGES, get_translator, negotiate_language
from api.page.network_drawing import draw_network
from api.page.rendering import PageContext, plotly_script, render, render_campaign, render_problem
from api.problems import status_of
from api.strict_route import StrictRoute
from forecasting.records import network_of
from graph.datasets import imported_datasets
from graph.errors import GroundswellError
from graph.importing.adapters.complete_journey import DATASET
from network import queries

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


class PageRoute(StrictRoute):
    """A route whose errors are pages, in the reader's language."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of the route, with its errors as pages."""
        handle = super().get_route_handler()

        async def handle_errors(request: Request) -> Response:
            try:
                return await handle(request)
            except GroundswellError as error:
                language = request.query_params.get("lang")
                page_context = _page_context(request, language, request.headers.get("accept-language", ""))
                return _respond(render_problem(error, page_context), page_context, status_of(error))

        return handle_errors


router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/")
def page(
    page_context: PageContextDep, context: ContextDep, dataset: PageDataset, campaign: str | None = None
) -> HTMLResponse:
    """Show one campaign: influence, forecast, key users and groups."""
    view = view_campaign(context, dataset, campaign, page_context.translate)
    return _respond(render_campaign(view, page_context), page_context)


@router.get("/campaigns")
def campaigns(page_context: PageContextDep, context: ContextDep, dataset: PageDataset) -> HTMLResponse:
    """Show all campaigns of a data set."""
    view = view_campaigns(context, dataset)
    return _respond(render(page_context, "campaigns", dataset, view=view), page_context)


@router.get("/what-if")
def what_if(
    page_context: PageContextDep, context: ContextDep, dataset: PageDataset, campaign: str | None = None
) -> HTMLResponse:
    """Show the form for plans and what-ifs."""
    values = what_if_context(context, dataset, campaign)
    return _respond(render(page_context, "what-if", dataset, **values), page_context)


@router.get("/imports")
def imports(page_context: PageContextDep, dataset: PageDataset) -> HTMLResponse:
    """Show imports and jobs."""
    return _respond(render(page_context, "imports", dataset), page_context)


def _respond(html: str, page_context: PageContext, status: int = 200) -> HTMLResponse:
    response = HTMLResponse(html, status)
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
