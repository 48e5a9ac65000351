"""Words remedies for readers of the page: which page or button does what."""

from api.page.i18n import Translator
from api.serializers.remedies import request_of
from graph.remedies import Remedy


def page_remedies(translate: Translator) -> dict[str, str]:
    """Return what to do on the page for each action that is possible there, by the action's name."""
    return {
        "import data": translate("Upload its files under Imports."),
        "list imports": translate("All imports are listed under Imports."),
        "allow rejected rows": translate(
            "Read the rejected rows under Imports, correct the mapping or the files, and import again."
        ),
        "name data set": translate("Choose a data set under Campaigns."),
        "list campaigns": translate("All campaigns are listed under Campaigns."),
        "build network": translate("Build the network under Imports."),
        "train model": translate("Train a model under Imports."),
        "make forecast": translate("Make a forecast on the campaign's page."),
        "plan campaign": translate("Forecast the campaign before its launch under What if."),
        "list jobs": translate("All jobs are listed under Imports."),
    }


def page_remedy(remedy: str, translate: Translator) -> str:
    """Return the remedy as text for the page."""
    action = remedy.action if isinstance(remedy, Remedy) else ""
    return page_remedies(translate).get(action) or request_of(remedy) or ""
