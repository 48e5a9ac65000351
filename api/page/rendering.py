"""Turns a campaign's view into HTML: for the server, or as one file that needs no server."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from jinja2 import Environment, FileSystemLoader
from plotly.offline import get_plotlyjs

from api.deps import Context
from api.page.campaign_view import CampaignView, view_campaign
from api.page.i18n import ENGLISH, LANGUAGES, Words
from api.page.network_drawing import draw_network, group_color
from graph.errors import GroundswellError
from network import queries

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Inside:
    """What a page that stands alone carries inside."""

    style: str
    plotly: str
    script: str
    drawing: str


@dataclass(frozen=True)
class Visit:
    """How a page is asked for: in which language, with which `address` after the question mark, and whether
    the language was `chosen` there.
    """

    words: Words = ENGLISH
    address: str = ""
    chosen: bool = False

    def in_language(self, tag: str) -> str:
        """The same address in another language."""
        asked = [pair for pair in parse_qsl(self.address) if pair[0] != "lang"]
        return urlencode([*asked, ("lang", tag)])


def render_campaign(view: CampaignView, visit: Visit, inside: Inside | None = None) -> str:
    """The page of one campaign."""
    return render(visit, "campaign", view.dataset, view=view, inside=inside)


def render_problem(error: GroundswellError, visit: Visit) -> str:
    """A page that says what is wrong and what to do."""
    return render(visit, "problem", "", problem=str(error), remedy=error.remedy)


def render(visit: Visit, name: str, dataset: str, **told: object) -> str:
    """The page of this name about a data set."""
    template = _templates(visit.words).get_template(f"{name}.html")
    shared = {"words": visit.words, "languages": LANGUAGES, "in_language": visit.in_language}
    return template.render(here=f"/{name}", dataset=dataset, **shared, **told)


def standalone_page(context: Context, dataset: str, campaign: str) -> str:
    """The page of one campaign as one file. Raises what ``view_campaign`` raises."""
    view = view_campaign(context, dataset, campaign)
    edges = queries.key_user_network(context.graph, dataset, campaign, view.run)
    style, script = (
        (_HERE / "static" / name).read_text(encoding="utf-8") for name in ("page.css", "page.js")
    )
    return render_campaign(view, Visit(), Inside(style, plotly_script(), script, draw_network(edges)))


@cache
def plotly_script() -> str:
    """plotly.js as the Python package carries it."""
    return str(get_plotlyjs())


@cache
def _templates(words: Words) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"), autoescape=True, extensions=["jinja2.ext.i18n"]
    )
    texts = words.translations
    environment.install_gettext_callables(texts.gettext, texts.ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.globals["group_color"] = group_color
    return environment
