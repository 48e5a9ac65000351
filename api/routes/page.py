"""The web page and what it loads; all of it from this machine."""

from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from fastapi.templating import Jinja2Templates
from plotly.offline import get_plotlyjs

import api.page
from api.deps import ContextDep, DatasetQuery, GraphDep, network_of
from api.page.drawing import draw_network, group_color
from api.page.view import view_campaign
from graph.importing.complete_journey import DATASET
from graph.network import results

router = APIRouter(include_in_schema=False)
_templates = Jinja2Templates(Path(api.page.__file__).with_name("templates"))
_templates.env.globals["group_color"] = group_color
_A_DAY = {"Cache-Control": "public, max-age=86400"}


@router.get("/")
def page(
    request: Request, context: ContextDep, campaign: str | None = None, dataset: DatasetQuery = DATASET
) -> HTMLResponse:
    """One campaign: its influence, its forecast, its key users and groups."""
    view = view_campaign(context, dataset, campaign)
    return _templates.TemplateResponse(request, "campaign.html", {"view": view})


@router.get("/network")
def network(campaign: str, graph: GraphDep, dataset: DatasetQuery = DATASET) -> HTMLResponse:
    """The drawing of the campaign's key users, for a frame of the page."""
    run = network_of(graph, dataset, campaign).id
    return HTMLResponse(draw_network(results.key_user_network(graph, dataset, campaign, run)))


@router.get("/static/plotly.min.js")
def plotly_js() -> Response:
    """plotly.js as the Python package carries it."""
    return Response(_plotly_js(), media_type="text/javascript", headers=_A_DAY)


@cache
def _plotly_js() -> str:
    return str(get_plotlyjs())
