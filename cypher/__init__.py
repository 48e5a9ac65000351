"""Every Cypher statement of Groundswell, one file each; each pastes into Neo4j Browser and runs.

A file opens with a header, then the statement::

    // Participants per step of one campaign
    // parameters: $dataset (string), $campaign (string)
    // returns: step (date), participants (integer)

The questions of ``explore/`` add ``// defaults: {...}`` (JSON), with which they run as they are.

The header is the contract: the caller must pass exactly the declared parameters, and a test
EXPLAINs every file against a real server. ``README.md`` is generated from the headers.
"""

import json
import re
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, LiteralString

_HEADER = re.compile(
    r"\A// (?P<title>[^\n]+)\n// parameters: (?P<parameters>[^\n]+)\n"
    r"// returns: (?P<returns>[^\n]+)\n(?:// defaults: (?P<defaults>[^\n]+)\n)?(?P<notes>(?://[^\n]*\n)*)"
)
_DECLARED = re.compile(r"\$(\w+) \(([^)]+)\)")
_USED = re.compile(r"\$(\w+)")
_NO_CODE = re.compile(r"//[^\n]*|'[^']*'")
_CHANGES = re.compile(r"\b(?:CREATE|MERGE|SET|DELETE|REMOVE|DROP|LOAD|TRANSACTIONS|gds\.|CALL\s+\w+\.)")


class MalformedStatement(ValueError):
    """A file whose header does not declare what its statement uses; the message names the file."""


@dataclass(frozen=True)
class Statement:
    """One Cypher file: its declared contract and its text."""

    name: str
    title: str
    parameters: dict[str, str]
    returns: str
    text: LiteralString
    defaults: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def reads(self) -> bool:
        """Whether it changes nothing, neither in the graph nor in what procedures keep."""
        return _CHANGES.search(_NO_CODE.sub("", self.text)) is None

    def parts(self) -> list[LiteralString]:
        """The statements of a file that holds several, split at ``;`` ending a line."""
        return [part.strip() for part in re.split(r";\s*\n", self.text + "\n") if part.strip()]


@cache
def statement(name: str) -> Statement:
    """The statement in ``cypher/<name>.cypher``.

    Raises KeyError when there is no such file and MalformedStatement when its header is off.
    """
    file = resources.files(__name__).joinpath(f"{name}.cypher")
    if name not in names():
        raise KeyError(f"no Cypher file named {name!r}")
    return _parse(name, file.read_text(encoding="utf-8"))


@cache
def names() -> tuple[str, ...]:
    """The name of every statement, sorted: its path below this folder without the suffix."""
    return tuple(sorted(_walk(resources.files(__name__), "")))


def questions() -> list[Statement]:
    """The saved questions of ``explore/``, in the order of their names."""
    return [statement(name) for name in names() if name.startswith("explore/")]


def _walk(folder: Traversable, prefix: str) -> list[str]:
    found = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _walk(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".cypher"):
            found.append(prefix + entry.name.removesuffix(".cypher"))
    return found


def _parse(name: str, source: str) -> Statement:
    header = _HEADER.match(source)
    if header is None:
        raise MalformedStatement(f"cypher/{name}.cypher: the header needs title, parameters, returns")
    declared = dict(_DECLARED.findall(header["parameters"]))
    body = source[header.end() :]
    used = set(_USED.findall(re.sub(r"//[^\n]*", "", body)))
    if used != set(declared):
        odd = ", ".join(sorted(used ^ set(declared)))
        raise MalformedStatement(f"cypher/{name}.cypher: declared and used parameters differ: {odd}")
    defaults = json.loads(header["defaults"] or "{}")
    if not set(defaults) <= set(declared):
        raise MalformedStatement(f"cypher/{name}.cypher: defaults for parameters that it does not declare")
    return Statement(name, header["title"], declared, header["returns"], body, defaults)
