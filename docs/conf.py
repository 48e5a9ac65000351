"""Sphinx's settings for the documentation site; it is built offline by ``make docs``."""

from typing import NoReturn

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

project = "Groundswell"
author = "The Groundswell authors"
extensions = ["myst_parser"]
myst_enable_extensions = ["dollarmath", "deflist"]
html_theme = "alabaster"
html_title = "Groundswell"
html_theme_options = {
    "description": "How far a campaign will spread",
    "fixed_sidebar": True,
    "page_width": "1060px",
    "code_font_size": "0.8em",
}
html_show_copyright = False
html_math_renderer = "mathml"
exclude_patterns = ["_build"]
# Pages link to files of the repository that are not pages of the site.
suppress_warnings = ["myst.xref_missing"]


def setup(app: Sphinx) -> None:
    """Render formulas as MathML, which browsers draw without a script."""
    app.add_html_math_renderer("mathml", (_inline_formula, None), (_displayed_formula, None))


def _inline_formula(translator: HTML5Translator, node: nodes.math) -> NoReturn:
    translator.body.append(convert(node.astext()))
    raise nodes.SkipNode


def _displayed_formula(translator: HTML5Translator, node: nodes.math_block) -> NoReturn:
    translator.body.append(convert(node.astext(), display="block"))
    raise nodes.SkipNode
