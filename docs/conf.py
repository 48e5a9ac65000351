"""Sphinx's settings for the documentation site; it is built offline by ``make docs``."""

project = "Groundswell"
author = "The Groundswell authors"
extensions = ["myst_parser"]
html_theme = "alabaster"
html_title = "Groundswell"
html_theme_options = {"description": "How far a campaign will carry", "fixed_sidebar": True}
exclude_patterns = ["_build"]
# Pages point at files of the repository, which are no pages of the site.
suppress_warnings = ["myst.xref_missing"]
