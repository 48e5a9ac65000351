"""Remedies that are actions: the command line gets a command, the API a request, the page plain words."""

import json
import shlex
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import quote, urlencode

Value = str | int | bool


@dataclass(frozen=True)
class _Action:
    """How to do an action.

    Attributes
    ----------
    command
        On the command line; arguments that it does not name become options.
    request
        Over HTTP, or None where it is possible on the command line only. Arguments that it does not name go
        into the body (POST) or the query.
    """

    command: str
    request: str | None


_FORECAST = _Action("groundswell forecast {campaign}", "POST /v1/campaigns/{campaign}/forecast")
ACTIONS = {
    "import data": _Action("groundswell import run FOLDER", "POST /v1/imports"),
    "list imports": _Action("groundswell imports", "GET /v1/imports"),
    "undo import": _Action("groundswell import undo {number}", None),
    "allow rejected rows": _Action("--max-rejected SHARE", "max_rejected=SHARE"),
    "name data set": _Action("--dataset NAME", "?dataset=NAME"),
    "list campaigns": _Action("groundswell campaigns", "GET /v1/campaigns"),
    "build network": _Action("groundswell network build", "POST /v1/networks"),
    "list networks": _Action("groundswell network list", "GET /v1/networks"),
    "train model": _Action("groundswell train", "POST /v1/models"),
    "make forecast": _FORECAST,
    "plan campaign": _Action("groundswell plan {campaign}", "POST /v1/campaigns/{campaign}/plan"),
    "list jobs": _Action("groundswell jobs list", "GET /v1/jobs"),
}
"""Every action, by its name."""
_QUERY_ONLY = frozenset({"plan campaign"})
"""Actions whose POST has the data set in the query."""


class Remedy(str):
    """A remedy that is an action. As text, it names the command.

    Parameters
    ----------
    reason
        What the action is for, as the beginning of a sentence: "Build one".
    action
        One of ``ACTIONS``.
    arguments
        Named like the command's options and the request's fields; None is left out.
    """

    reason: str
    action: str
    arguments: dict[str, Value]

    def __new__(cls, reason: str, action: str, **arguments: object) -> Self:
        """Create the remedy, and its text."""
        values: dict[str, Value] = {
            name: value if isinstance(value, int) else str(value)
            for name, value in arguments.items()
            if value is not None
        }
        remedy = super().__new__(cls, f"{reason}: `{_command(action, values)}`.")
        remedy.reason, remedy.action, remedy.arguments = reason, action, values
        return remedy

    @property
    def request(self) -> str:
        """The text with the request, or with the command where there is none."""
        request = _request(self.action, self.arguments)
        if request is None:
            return f"{self.reason}, on the server's machine: `{_command(self.action, self.arguments)}`."
        return f"{self.reason}: {request}."

    def after(self, reason: str) -> Self:
        """Return the remedy with a text before its own."""
        return type(self)(f"{reason} {self.reason}", self.action, **self.arguments)

    def parts(self) -> dict[str, Any]:
        """Return what ``from_parts`` needs, for JSON."""
        return {"name": self.action, "reason": self.reason, "arguments": self.arguments}

    @classmethod
    def from_parts(cls, parts: Any) -> Self | None:
        """Return the remedy with these ``parts``, or None if this version does not know its action."""
        try:
            return cls(str(parts["reason"]), parts["name"], **parts["arguments"])
        except (KeyError, TypeError):
            return None


def _command(action: str, arguments: dict[str, Value]) -> str:
    template = ACTIONS[action].command
    options = []
    for name, value in _unnamed(template, arguments).items():
        option = f"--{name.replace('_', '-')}"
        if value is not False:
            options.append(option if value is True else f"{option} {shlex.quote(str(value))}")
    quoted = {name: shlex.quote(str(value)) for name, value in arguments.items()}
    return " ".join([template.format(**quoted), *options])


def _request(action: str, arguments: dict[str, Value]) -> str | None:
    template = ACTIONS[action].request
    if template is None:
        return None
    address = template.format(**{name: quote(str(value), safe="") for name, value in arguments.items()})
    fields = _unnamed(template, arguments)
    if template.startswith("POST") and action not in _QUERY_ONLY:
        return f"{address} with {json.dumps(fields, ensure_ascii=False)}" if fields else address
    return f"{address}?{urlencode(fields)}" if fields else address


def _unnamed(template: str, arguments: dict[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in arguments.items() if f"{{{name}}}" not in template}
