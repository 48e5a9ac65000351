"""The revision of the graph's answers: it changes with every write, except for heartbeats of jobs.

Neo4j returns a bookmark with every transaction. A bookmark names the database and the number of the
transaction that was committed last. Every heartbeat is one transaction and adds one to its job's
`heartbeats`. So the number of transactions less the number of heartbeats grows with every other write,
whoever makes it.
"""

import base64
import re

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
