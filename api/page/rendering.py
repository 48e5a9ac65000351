"""Turns a campaign's view into HTML: for the server, or as one file that needs no server."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from plotly.offline import get_plotlyjs

from api.deps import Context
from api.page.drawing import draw_network, group_color
from api.page.view import CampaignView, view_campaign
from graph.errors import GroundswellError
from graph.network import results

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Inside:
    """What a page that stands alone carries inside."""

    style: str
    plotly: str
    script: str
    drawing: str


def render_campaign(view: CampaignView, inside: Inside | None = None) -> str:
    """The page of one campaign."""
    template = _templates().get_template("campaign.html")
    return template.render(view=view, inside=inside, dataset=view.dataset)


def render(template: str, here: str, dataset: str, **told: object) -> str:
    """A page at the path `here`."""
    return _templates().get_template(template).render(here=here, dataset=dataset, **told)


def render_problem(error: GroundswellError) -> str:
    """A page that says what is wrong and what to do."""
    return _templates().get_template("problem.html").render(problem=str(error), remedy=error.remedy)


def standalone_page(context: Context, dataset: str, campaign: str) -> str:
    """The page of one campaign as one file. Raises what ``view_campaign`` raises."""
    view = view_campaign(context, dataset, campaign)
    edges = results.key_user_network(context.graph, dataset, campaign, view.run)
    style, script = (
        (_HERE / "static" / name).read_text(encoding="utf-8") for name in ("page.css", "page.js")
    )
    return render_campaign(view, Inside(style, plotly_script(), script, draw_network(edges)))


@cache
def plotly_script() -> str:
    """plotly.js as the Python package carries it."""
    return str(get_plotlyjs())


@cache
def _templates() -> Environment:
    environment = Environment(loader=FileSystemLoader(_HERE / "templates"), autoescape=True)
    environment.globals["group_color"] = group_color
    return environment
