"""The revision of the graph: it changes with every write, except for heartbeats of jobs and locks.

Neo4j returns a bookmark with every transaction. A bookmark names the database and the number of the
transaction that was committed last. Every heartbeat is one transaction and adds one to the
`heartbeats` of its job or lock. So the number of transactions less the number of heartbeats grows with every
other write, whoever makes it.
"""

import base64
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from graph.errors import DatabaseUnreachable

if TYPE_CHECKING:
    from neo4j import Bookmarks

REVISION_STATEMENT = "server/revision"
_REREADS = 3

_BOOKMARK = re.compile(
    # PackStream: a list of one database (its UUID, an integer), then an empty list of databases elsewhere.
    rb"\x91\xcc\x10(?P<database>.{16})(?P<transaction>[\x00-\x7f]|\xc9.{2}|\xca.{4}|\xcb.{8})\x90",
    re.DOTALL,
)


def revision_of(bookmark: str, heartbeats: int) -> str:
    """Leave the heartbeats out of a bookmark.

    Parameters
    ----------
    bookmark
        The bookmark of a transaction that read `heartbeats`.
    heartbeats
        How many heartbeats were written up to then.

    Returns
    -------
    str
        The database and how many other transactions it holds. A bookmark in another format is returned as it
        is: it changes with heartbeats, too, which costs time but is never wrong.
    """
    kind, _, text = bookmark.partition(":")
    try:
        match = _BOOKMARK.fullmatch(base64.b64decode(text, validate=True)) if kind == "FB" else None
    except ValueError:
        match = None
    if match is None:
        return bookmark
    number = match["transaction"]
    transactions = int.from_bytes(number if len(number) == 1 else number[1:], "big")
    return f"{match['database'].hex()}:{transactions - heartbeats}"


class CountedBookmark(NamedTuple):
    """The latest bookmark, and how many heartbeats were written up to then."""

    bookmark: str
    heartbeats: int

    @classmethod
    def of(cls, bookmarks: "Bookmarks", rows: list[dict[str, Any]]) -> Self:
        """Return what a session received with the result of ``REVISION_STATEMENT``."""
        (row,) = rows
        return cls(",".join(sorted(bookmarks.raw_values)), row["heartbeats"])


class RevisionReader:
    """Reads the current revision.

    Parameters
    ----------
    read_bookmark
        Runs ``REVISION_STATEMENT``.
    """

    def __init__(self, read_bookmark: Callable[[], CountedBookmark]) -> None:
        self._read_bookmark = read_bookmark
        self._last = CountedBookmark("", 0)

    def read(self) -> str:
        """Return the current revision."""
        try:
            return self._read()
        except DatabaseUnreachable:
            # A pooled connection may have broken since its last use. The driver would pause before a retry
            # and notice late that the database is back; this method is called often, so retry at once.
            return self._read()

    def _read(self) -> str:
        current = self._read_bookmark()
        if current == self._last:
            return revision_of(*current)
        for _ in range(_REREADS):
            before, current = current, self._read_bookmark()
            if current == before:  # Nothing was committed between count and bookmark.
                self._last = current
                return revision_of(*current)
        return current.bookmark
