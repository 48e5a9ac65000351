"""Words remedies as requests, and restores them from responses."""

from api.schemas.remedies import Action
from graph.remedies import Remedy


def request_of(remedy: str | None) -> str | None:
    """Return the remedy as text for users of the API."""
    return remedy.request if isinstance(remedy, Remedy) else remedy


def action_of(remedy: str | None) -> Action | None:
    """Return the action of the remedy, if it is one."""
    return Action(**remedy.parts()) if isinstance(remedy, Remedy) else None


def remedy_of(text: str | None, action: Action | None) -> str | None:
    """Return the remedy of a response: its text for the command line is a command."""
    return (action and Remedy.from_parts(action.model_dump())) or text
