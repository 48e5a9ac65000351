"""Every Cypher statement of Groundswell, one file each; each pastes into Neo4j Browser and runs.

A file opens with a header, then the statement::

    // Participants per step of one campaign
    // parameters: $dataset (string), $campaign (string)
    // returns: step (date), participants (integer)
    // access: read

Access is ``read`` (any server of a cluster may run it), ``write`` (changes the graph, or uses the GDS
catalogue, which lives on one server) or ``autocommit`` (commits by itself: CALL { ... } IN TRANSACTIONS).
The questions of ``explore/`` add ``// defaults: {...}`` (JSON), with which they run unchanged.

The header is the contract: the caller must pass exactly the declared parameters, and a test compares the
declared access with the query type that a real server plans. ``README.md`` is generated from the headers.
"""

import json
import re
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, Literal, LiteralString, cast, get_args

Access = Literal["read", "write", "autocommit"]

_HEADER = re.compile(
    r"\A// (?P<title>[^\n]+)\n// parameters: (?P<parameters>[^\n]+)\n"
    r"// returns: (?P<returns>[^\n]+)\n// access: (?P<access>[^\n]+)\n"
    r"(?:// defaults: (?P<defaults>[^\n]+)\n)?(?P<notes>(?://[^\n]*\n)*)"
)
_DECLARED = re.compile(r"\$(\w+) \(([^)]+)\)")
_USED = re.compile(r"\$(?!any\(|all\()(\w+)")  # $any($types) matches one of several relationship types.
_COMMENT = re.compile(r"//[^\n]*")


class MalformedStatement(ValueError):
    """The header of a file is incomplete or contradicts its statement; the message names the file."""


@dataclass(frozen=True)
class Statement:
    """One Cypher file: its declared contract and its text."""

    name: str
    title: str
    parameters: dict[str, str]
    returns: str
    access: Access
    text: LiteralString
    defaults: dict[str, Any] = field(default_factory=dict)

    def parts(self) -> list[LiteralString]:
        """Split a file with several statements at each ``;`` that ends a line."""
        return [part.strip() for part in re.split(r";\s*\n", self.text + "\n") if part.strip()]


@cache
def statement(name: str) -> Statement:
    """Load the statement in ``cypher/<name>.cypher``.

    Raises
    ------
    KeyError
        There is no such file.
    MalformedStatement
        Its header is incomplete or contradicts its statement.
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
    """The saved questions of ``explore/``, sorted by name."""
    return [statement(name) for name in names() if name.startswith("explore/")]


def _walk(folder: Traversable, prefix: str) -> list[str]:
    paths = []
    for entry in folder.iterdir():
        if entry.is_dir():
            paths += _walk(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".cypher"):
            paths.append(prefix + entry.name.removesuffix(".cypher"))
    return paths


def _parse(name: str, source: str) -> Statement:
    file = f"cypher/{name}.cypher"
    header = _HEADER.match(source)
    if header is None:
        raise MalformedStatement(f"{file}: the header needs title, parameters, returns and access")
    declared = dict(_DECLARED.findall(header["parameters"]))
    text = source[header.end() :]
    code = _COMMENT.sub("", text)
    used = set(_USED.findall(code))
    if used != set(declared):
        difference = ", ".join(sorted(used ^ set(declared)))
        raise MalformedStatement(f"{file}: declared and used parameters differ: {difference}")
    access = header["access"]
    if access not in get_args(Access):
        raise MalformedStatement(f"{file}: access is {access!r}, not one of {', '.join(get_args(Access))}")
    if (access == "autocommit") != ("IN TRANSACTIONS" in code):
        raise MalformedStatement(f"{file}: access is {access}; autocommit is for CALL {{ }} IN TRANSACTIONS")
    defaults = json.loads(header["defaults"] or "{}")
    if not set(defaults) <= set(declared):
        raise MalformedStatement(f"{file}: defaults for parameters that it does not declare")
    return Statement(name, header["title"], declared, header["returns"], cast(Access, access), text, defaults)
