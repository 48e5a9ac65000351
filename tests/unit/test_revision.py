"""The graph's revision: the number of transactions in Neo4j's bookmark, without heartbeats."""

import base64

import pytest

from graph.revision import revision_of

DATABASE = bytes(range(16))
TRANSACTIONS = {
    7: b"\x07",
    300: b"\xc9\x01\x2c",
    70_000: b"\xca\x00\x01\x11\x70",
    2**40: b"\xcb\0\0\1\0\0\0\0\0",
}


def bookmark(number: bytes) -> str:
    """A bookmark of one database in Neo4j's format."""
    return "FB:" + base64.b64encode(b"\x91\xcc\x10" + DATABASE + number + b"\x90").decode()


@pytest.mark.parametrize("transactions", TRANSACTIONS)
def test_revision_excludes_heartbeats(transactions: int) -> None:
    revision = revision_of(bookmark(TRANSACTIONS[transactions]), 5)
    assert revision == f"{DATABASE.hex()}:{transactions - 5}"


@pytest.mark.parametrize(
    "invalid_bookmark",
    ["", "FB:", "FB:?", "XY:kA==", bookmark(b"\x07") + "kA==", bookmark(b"\x07") + "," + bookmark(b"\x08")],
)
def test_invalid_bookmark_is_its_own_revision(invalid_bookmark: str) -> None:
    assert revision_of(invalid_bookmark, 5) == invalid_bookmark
