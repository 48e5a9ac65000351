"""Renders the page as HTML, for the server or as one self-contained file."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from jinja2 import Environment, FileSystemLoader
from plotly.offline import get_plotlyjs

from api.deps import Context
from api.page.campaign_view import CampaignView, view_campaign
from api.page.feature_labels import feature_label
from api.page.i18n import ENGLISH, LANGUAGES, Translator
from api.page.network_drawing import draw_network, group_color
from api.page.remedies import page_remedies, page_remedy
from api.page.step_words import step_words
from forecasting.history.time_step import step_named
from graph.errors import GroundswellError
from network import queries

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class StandaloneAssets:
    """What a self-contained page embeds instead of linking to it: CSS, plotly.js, script, network drawing."""

    style: str
    plotly: str
    script: str
    drawing: str


@dataclass(frozen=True)
class PageContext:
    """The request's language and query string.

    Attributes
    ----------
    language_chosen : bool
        Whether the query string sets the language, so that the choice should be remembered.
    """

    translate: Translator = ENGLISH
    query_string: str = ""
    language_chosen: bool = False

    def query_string_for(self, language: str) -> str:
        """Return the query string of the same page in another language."""
        pairs = [pair for pair in parse_qsl(self.query_string) if pair[0] != "lang"]
        return urlencode([*pairs, ("lang", language)])


def render_campaign(view: CampaignView, page: PageContext, standalone: StandaloneAssets | None = None) -> str:
    """Render the page of one campaign."""
    step = step_named(view.unit)
    return render(
        page,
        "campaign",
        view.dataset,
        view=view,
        standalone=standalone,
        words=step_words(page.translate, view.unit),
        model_words=step_words(page.translate, view.model.step if view.model else view.unit),
        longest_horizon=step.horizon,
        default_horizon=step.default_horizon,
    )


def render_problem(error: GroundswellError, page: PageContext) -> str:
    """Render an error and its remedy."""
    remedy = page_remedy(error.remedy, page.translate)
    return render(page, "problem", "", problem=str(error), remedy=remedy)


def render(page: PageContext, name: str, dataset: str, **values: object) -> str:
    """Render the template `name` for a data set."""
    template = _environment(page.translate).get_template(f"{name}.html")
    return template.render(
        translator=page.translate,
        languages=LANGUAGES,
        query_string_for=page.query_string_for,
        current_path=f"/{name}",
        dataset=dataset,
        remedies=page_remedies(page.translate),
        **values,
    )


def standalone_page(context: Context, dataset: str, campaign: str) -> str:
    """Render the page of one campaign as one file that needs no server.

    Raises
    ------
    NotFound, NotReady
        As ``view_campaign`` does.
    """
    view = view_campaign(context, dataset, campaign)
    edges = queries.key_user_network(context.graph, dataset, campaign, view.network)
    style, script = (
        (_FOLDER / "static" / name).read_text(encoding="utf-8") for name in ("page.css", "page.js")
    )
    assets = StandaloneAssets(style, plotly_script(), script, draw_network(edges))
    return render_campaign(view, PageContext(), assets)


@cache
def plotly_script() -> str:
    """Return plotly.js from the Python package."""
    return str(get_plotlyjs())


@cache
def _environment(translate: Translator) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER / "templates"), autoescape=True, extensions=["jinja2.ext.i18n"]
    )
    translations = translate.translations
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        translations.gettext, translations.ngettext, newstyle=True
    )
    environment.globals.update(group_color=group_color, feature_label=feature_label, step_words=step_words)
    return environment
